using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.WebSockets;

/// <summary>
/// The subprotocol <c>tornadose.raw</c>: text messages with the bare payload. It cannot announce a reset, so a reset
/// closes the connection.
/// </summary>
internal sealed class WebSocketRawEncoder : FrameEncoder
{
    public const string Subprotocol = "tornadose.raw";

    public static readonly WebSocketRawEncoder Instance = new();

    public override bool AnnouncesResets => false;

    public override Frame Encode(in FrameContent content) => WebSocketFrame.Text(content.Message.Data.Span);
}
