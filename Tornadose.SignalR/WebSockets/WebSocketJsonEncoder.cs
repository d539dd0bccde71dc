using System.Buffers;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.WebSockets;

/// <summary>Text messages with the JSON envelope <c>{"id":…,"event":…,"data":…}</c>.</summary>
internal sealed class WebSocketJsonEncoder : FrameEncoder
{
    public static readonly WebSocketJsonEncoder Instance = new();

    public override Frame Encode(in FrameContent content)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        MessageEnvelope.Write(content, buffer);
        return WebSocketFrame.Text(buffer.WrittenSpan);
    }
}
