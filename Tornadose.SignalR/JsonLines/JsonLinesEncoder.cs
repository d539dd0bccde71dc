using System.Buffers;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.JsonLines;

/// <summary>Messages as JSON lines (<c>application/x-ndjson</c>): one object a line; an empty line keeps the connection alive.</summary>
internal sealed class JsonLinesEncoder : FrameEncoder
{
    public static readonly JsonLinesEncoder Instance = new();

    private static readonly Frame EmptyLine = new("\n"u8.ToArray());

    public override Frame? KeepAlive => EmptyLine;

    public override bool AnnouncesEnds => true;

    public override Frame Encode(in FrameContent content) => new(Render(content, Write));

    internal override bool SharesRest => true;

    internal override Frame EncodeRest(in FrameContent content) => new(Render(content, Write).AsMemory(1));

    internal override Frame EncodeId(ReadOnlySpan<byte> id, Frame rest) => new(MessageEnvelope.Start(id));

    private static void Write(in FrameContent content, IBufferWriter<byte> output)
    {
        MessageEnvelope.Write(content, output);
        output.Write("\n"u8);
    }
}
