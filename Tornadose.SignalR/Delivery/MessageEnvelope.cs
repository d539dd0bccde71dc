using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// A message as one JSON object on one line, the same on every JSON wire: <c>{"id":…,"event":…,"data":…}</c>, without the keys that have
/// no value. A JSON string has <c>"format":"json"</c> before its data; a reset is <c>{"reset":{"reason":…,"id":…}}</c>, an end
/// <c>{"end":{"id":…}}</c>. On a connection that carries several stores, the key <c>store</c> is added.
/// </summary>
internal static class MessageEnvelope
{
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        // Never embedded in HTML, so letters need no escapes: half the bytes for most of the world's languages.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    [ThreadStatic]
    private static Utf8JsonWriter? s_writer;

    public static void Write(in FrameContent content, IBufferWriter<byte> output)
    {
        var writer = Borrow(output);
        Write(writer, content);
        writer.Flush();
        writer.Reset(Stream.Null); // keeps no reference to the output
    }

    /// <summary>
    /// The beginning of an object, with its id. The rest is what <see cref="Write(in FrameContent, IBufferWriter{byte})"/> writes for a
    /// content without an id, less the first byte.
    /// </summary>
    public static byte[] Start(ReadOnlySpan<byte> id) => [.. "{\"id\":\""u8, .. id, .. "\","u8];

    /// <summary>Writes <c>{"reason":…,"id":…}</c>, for wires that announce a reset without the envelope.</summary>
    public static void WriteReset(in FrameContent content, IBufferWriter<byte> output)
    {
        var writer = Borrow(output);
        WriteReset(writer, content, content.Message.Reset!);
        writer.Flush();
        writer.Reset(Stream.Null);
    }

    /// <summary>Writes <c>{"id":…}</c>, the same for an end.</summary>
    public static void WriteEnd(in FrameContent content, IBufferWriter<byte> output)
    {
        var writer = Borrow(output);
        WriteEnd(writer, content);
        writer.Flush();
        writer.Reset(Stream.Null);
    }

    public static void Write(Utf8JsonWriter writer, in FrameContent content)
    {
        writer.WriteStartObject();
        if (content.Message.Reset is { } reset)
        {
            writer.WritePropertyName("reset"u8);
            WriteReset(writer, content, reset);
        }
        else if (content.Message.IsEnd)
        {
            writer.WritePropertyName("end"u8);
            WriteEnd(writer, content);
        }
        else
        {
            WriteMessage(writer, content);
        }

        writer.WriteEndObject();
    }

    private static Utf8JsonWriter Borrow(IBufferWriter<byte> output)
    {
        var writer = s_writer ??= new Utf8JsonWriter(output, WriterOptions);
        writer.Reset(output);
        return writer;
    }

    private static void WriteMessage(Utf8JsonWriter writer, in FrameContent content)
    {
        var message = content.Message.Content;
        if (content.Id is not null)
            writer.WriteString("id"u8, content.Id);
        if (content.NamesStore)
            writer.WriteString("store"u8, content.Store);
        if (message.EventType is not null)
            writer.WriteString("event"u8, message.EventType);
        if (FormatMark.IsNeededOnJson(message))
            writer.WriteString(FormatMark.Name, FormatMark.Json);
        writer.WritePropertyName("data"u8); // last, so that a client can cut the published JSON out of the line
        content.WriteData(writer);
    }

    private static void WriteEnd(Utf8JsonWriter writer, in FrameContent content)
    {
        writer.WriteStartObject();
        if (content.NamesStore)
            writer.WriteString("store"u8, content.Store);
        writer.WriteString("id"u8, content.Id);
        writer.WriteEndObject();
    }

    private static void WriteReset(Utf8JsonWriter writer, in FrameContent content, StoreReset reset)
    {
        writer.WriteStartObject();
        if (content.NamesStore)
            writer.WriteString("store"u8, content.Store);
        writer.WriteString("reason"u8, reset.ReasonName);
        writer.WriteString("id"u8, content.Id);
        writer.WriteEndObject();
    }
}
