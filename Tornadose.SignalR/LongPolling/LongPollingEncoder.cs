using System.Buffers;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.LongPolling;

/// <summary>The envelope of all JSON wires, without anything around it: the items of a JSON array.</summary>
internal sealed class LongPollingEncoder : FrameEncoder
{
    public static readonly LongPollingEncoder Instance = new();

    public override bool AnnouncesEnds => true;

    public override Frame Encode(in FrameContent content) =>
        new(Render(content, static (in FrameContent content, IBufferWriter<byte> output) => MessageEnvelope.Write(content, output)));

    internal override bool SharesRest => true;

    internal override Frame EncodeRest(in FrameContent content) => new(Encode(content).Bytes[1..]);

    internal override Frame EncodeId(ReadOnlySpan<byte> id, Frame rest) => new FrameStart(MessageEnvelope.Start(id));
}
