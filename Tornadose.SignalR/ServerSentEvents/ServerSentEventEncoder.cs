using System.Buffers;
using System.Text;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.ServerSentEvents;

/// <summary>Messages as Server-Sent Events: WHATWG HTML §9.2, «event stream format».</summary>
/// <remarks>
/// Invariant: a message is exactly one event, whatever its text. CR, LF and CRLF each end a line in the format, so each of them starts
/// a new <c>data:</c> line, and the client joins the lines with LF. A single space after the colon is always written: the parser takes
/// off one, and only one, so that text which begins with a space keeps it.
/// </remarks>
internal sealed class ServerSentEventEncoder : FrameEncoder
{
    public static readonly ServerSentEventEncoder Instance = new();

    private static readonly Frame Comment = new(":\n\n"u8.ToArray());

    public override Frame? KeepAlive => Comment;

    public override bool AnnouncesEnds => true;

    public override Frame Encode(in FrameContent content) => new(Render(content, Write));

    internal override bool SharesRest => true;

    internal override Frame EncodeRest(in FrameContent content) => Encode(content);

    internal override Frame EncodeId(ReadOnlySpan<byte> id, Frame rest) => new((byte[])[.. "id: "u8, .. id, .. "\n"u8]);

    private static void Write(in FrameContent content, IBufferWriter<byte> output)
    {
        if (content.Id is { Length: > 0 } id)
            WriteField("id: "u8, id, output);
        if (content.Message.Reset is not null)
            WriteReset(content, output);
        else if (content.Message.IsEnd)
            WriteEnd(content, output);
        else
            WriteMessage(content, output);
        output.Write("\n"u8);
    }

    private static void WriteMessage(in FrameContent content, IBufferWriter<byte> output)
    {
        var message = content.Message.Content;
        if (EventType(content, message.EventType) is { } type)
            WriteField("event: "u8, type, output);
        WriteUnknownFields(content, message, output);
        WriteData(message.Data.Span, output);
    }

    /// <summary>
    /// Fields that an <c>EventSource</c> ignores, but other clients need: which part of the event type is the store, whether text that
    /// could be JSON is text, and which line ends the text had, as all of them arrive as LF.
    /// </summary>
    private static void WriteUnknownFields(in FrameContent content, in MessageContent message, IBufferWriter<byte> output)
    {
        if (content.NamesStore && message.EventType is not null)
            WriteField("store: "u8, content.Store, output);
        if (FormatMark.IsNeededOnText(message))
            WriteField("format: "u8, FormatMark.Text, output);
        if (message.Data.Span.Contains((byte)'\r'))
            WriteField("ends: "u8, LineEnds.Describe(message.Data.Span), output);
    }

    /// <summary>An <c>EventSource</c> distinguishes messages only by type, so with several stores the type names the store.</summary>
    private static string? EventType(in FrameContent content, string? type) =>
        !content.NamesStore ? type : type is null ? content.Store : $"{content.Store}/{type}";

    private static void WriteReset(in FrameContent content, IBufferWriter<byte> output)
    {
        WriteField("event: "u8, StoreReset.EventType, output);
        output.Write("data: "u8);
        MessageEnvelope.WriteReset(content, output);
        output.Write("\n"u8);
    }

    private static void WriteEnd(in FrameContent content, IBufferWriter<byte> output)
    {
        WriteField("event: "u8, MessageContent.EndEventType, output);
        output.Write("data: "u8);
        MessageEnvelope.WriteEnd(content, output);
        output.Write("\n"u8);
    }

    private static void WriteField(ReadOnlySpan<byte> name, string value, IBufferWriter<byte> output)
    {
        if (value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
            throw new ArgumentException("A field of a server-sent event must not contain a line break or NUL.", nameof(value));
        output.Write(name);
        Encoding.UTF8.GetBytes(value, output);
        output.Write("\n"u8);
    }

    private static void WriteData(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        while (true)
        {
            var end = LineEnds.IndexOf(text);
            output.Write("data: "u8);
            output.Write(end < 0 ? text : text[..end]);
            output.Write("\n"u8);
            if (end < 0)
                return;
            text = text[(end + LineEnds.LengthAt(text, end))..];
        }
    }
}
