using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tornadose.SignalR.Client;

/// <summary>Several messages as JSON lines, each in the format of the JSON wires.</summary>
internal static class MessageLines
{
    public const string MediaType = "application/x-ndjson";

    /// <exception cref="ArgumentException">There are none, or too many.</exception>
    public static ReadOnlyMemory<byte> Write<T>(IEnumerable<T> values, JsonTypeInfo<T> typeInfo)
    {
        var output = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = typeInfo.Options.Encoder });
        var count = 0;
        foreach (var value in values)
        {
            ArgumentNullException.ThrowIfNull(value, nameof(values));
            if (++count > PublishOptions.MaxBatchMessages)
                throw new ArgumentException($"A batch has at most {PublishOptions.MaxBatchMessages} messages.", nameof(values));
            writer.WriteStartObject();
            writer.WritePropertyName("data"u8);
            if (value is string text)
                writer.WriteStringValue(text);
            else
                WriteJson(writer, value, typeInfo);
            writer.WriteEndObject();
            writer.Flush();
            writer.Reset();
            output.Write("\n"u8);
        }

        return count > 0 ? output.WrittenMemory : throw new ArgumentException("A batch has at least one message.", nameof(values));
    }

    /// <summary>A value that serializes to a JSON string is marked as JSON: without the mark it would be text.</summary>
    private static void WriteJson<T>(Utf8JsonWriter writer, T value, JsonTypeInfo<T> typeInfo)
    {
        var json = JsonSerializer.SerializeToElement(value, typeInfo);
        json.WriteTo(writer);
        if (json.ValueKind != JsonValueKind.String)
            return;
        writer.WriteString("format"u8, "json"u8);
    }
}
