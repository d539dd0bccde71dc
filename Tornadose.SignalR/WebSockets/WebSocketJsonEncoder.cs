using System.Buffers;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.WebSockets;

/// <summary>Text messages with the JSON envelope <c>{"id":…,"event":…,"data":…}</c>.</summary>
internal sealed class WebSocketJsonEncoder : FrameEncoder
{
    public static readonly WebSocketJsonEncoder Instance = new();

    private static readonly WebSocketFrame Nothing = WebSocketFrame.Text("{}"u8);

    /// <summary>Sent only to clients that asked for a heartbeat, because a page does not see pings.</summary>
    public override Frame? KeepAlive => Nothing;

    public override bool AnnouncesEnds => true;

    public override Frame Encode(in FrameContent content)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        MessageEnvelope.Write(content, buffer);
        return WebSocketFrame.Text(buffer.WrittenSpan);
    }

    internal override bool SharesRest => true;

    internal override Frame EncodeRest(in FrameContent content) =>
        new(Render(content, static (in FrameContent content, IBufferWriter<byte> output) => MessageEnvelope.Write(content,
            output)).AsMemory(1));

    internal override Frame EncodeId(ReadOnlySpan<byte> id, Frame rest) =>
        WebSocketFrame.Start(MessageEnvelope.Start(id), rest.Bytes.Length);
}
