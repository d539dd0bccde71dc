using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// Converts an argument of any hub protocol to a message: text stays text, everything else becomes exactly the JSON that it stands for, or
/// is refused. Unknown types are not enumerated: a foreign serializer's values are often enumerable without being lists.
/// </summary>
internal static class HubArgument
{
    private const string HalfSurrogate = "The data has half of a surrogate pair, which is not valid text.";

    /// <summary>The depth of JSON that can be published over HTTP, and that clients of System.Text.Json read.</summary>
    private const int MaxDepth = 64;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // Never embedded in HTML, so letters need no escapes. The depth is checked here: the writer's own exception would
    // tell a client nothing.
    private static readonly JsonWriterOptions WriterOptions =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 2 * MaxDepth };

    /// <exception cref="ArgumentException">The data cannot be published; the message says why, in words for the client.</exception>
    public static MessageContent ToContent(object? data)
    {
        try
        {
            return TextOf(data) is { } text
                ? new MessageContent(Strict.GetBytes(text), MessageFormat.Text, null)
                : new MessageContent(ToJson(data), MessageFormat.Json, null);
        }
        catch (Exception half) when (half is EncoderFallbackException or InvalidOperationException)
        {
            throw new ArgumentException(HalfSurrogate, half); // System.Text.Json throws the latter for an escaped one
        }
    }

    private static string? TextOf(object? data) => data switch
    {
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString(),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => NewtonsoftToken.TextOf(data),
    };

    private static ReadOnlyMemory<byte> ToJson(object? data)
    {
        if (RawOf(data) is { } raw)
            return JsonText.OneLine(raw);
        var output = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        Write(writer, data, depth: 0);
        writer.Flush();
        return output.WrittenMemory;
    }

    /// <summary>The value's own JSON, digit by digit; null where it has none.</summary>
    private static byte[]? RawOf(object? value) => value switch
    {
        JsonElement element => JsonMarshal.GetRawUtf8Value(element).ToArray(),
        JsonDocument document => JsonMarshal.GetRawUtf8Value(document.RootElement).ToArray(),
        JsonNode node => Strict.GetBytes(node.ToJsonString()),
        _ => NewtonsoftToken.JsonOf(value) is { } json ? Strict.GetBytes(json) : null,
    };

    private static void Write(Utf8JsonWriter writer, object? value, int depth)
    {
        if (value is null)
            writer.WriteNullValue();
        else if (RawOf(value) is { } raw)
            writer.WriteRawValue(JsonText.OneLine(raw).Span, skipInputValidation: true);
        else if (value is IDictionary members)
            WriteMembers(writer, members, depth);
        else if (value is IEnumerable<KeyValuePair<string, object?>> named)
            WriteMembers(writer, named.ToDictionary(), depth);
        else if (value is IList and not byte[])
            WriteItems(writer, (IList)value, depth);
        else if (!TryWriteNumber(writer, value))
            WriteOther(writer, value);
    }

    private static void WriteMembers(Utf8JsonWriter writer, IDictionary members, int depth)
    {
        CheckDepth(depth);
        var names = new HashSet<string>(StringComparer.Ordinal);
        writer.WriteStartObject();
        foreach (DictionaryEntry member in members)
        {
            var name = NameOf(member.Key);
            if (!names.Add(name))
                throw new ArgumentException("The data has an object with two members of one name.");
            writer.WritePropertyName(Checked(name));
            Write(writer, member.Value, depth + 1);
        }

        writer.WriteEndObject();
    }

    private static void CheckDepth(int depth)
    {
        if (depth == MaxDepth)
            throw new ArgumentException($"The data is nested more than {MaxDepth} levels deep.");
    }

    /// <summary>
    /// Integers are names in JavaScript as well, and every JSON serializer writes them so; for other keys serializers differ.
    /// </summary>
    private static string NameOf(object key) => key switch
    {
        string name => name,
        sbyte or byte or short or ushort or int or uint or long or ulong => Convert.ToString(key, CultureInfo.InvariantCulture)!,
        _ => throw new ArgumentException(
            "The data has an object with a member's name that is neither text nor an integer. JSON has no such names."),
    };

    private static void WriteItems(Utf8JsonWriter writer, IList items, int depth)
    {
        CheckDepth(depth);
        writer.WriteStartArray();
        foreach (var item in items)
            Write(writer, item, depth + 1);
        writer.WriteEndArray();
    }

    private static bool TryWriteNumber(Utf8JsonWriter writer, object value)
    {
        switch (value)
        {
            case double number:
                writer.WriteNumberValue(double.IsFinite(number) ? number : throw NotFinite());
                return true;
            case float number:
                // Not as a double, which would show digits that the number never had.
                writer.WriteNumberValue(float.IsFinite(number) ? number : throw NotFinite());
                return true;
            case Half number:
                return TryWriteNumber(writer, (float)number);
            case decimal number:
                writer.WriteNumberValue(number);
                return true;
            case sbyte or byte or short or ushort or int or uint or long or ulong or nint or nuint or Int128 or UInt128 or BigInteger:
                writer.WriteRawValue(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture), skipInputValidation: true);
                return true;
            default:
                return false;
        }
    }

    private static ArgumentException NotFinite() => new("JSON has no infinite numbers and no NaN.");

    private static void WriteOther(Utf8JsonWriter writer, object value)
    {
        switch (value)
        {
            case string text:
                writer.WriteStringValue(Checked(text));
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case byte[] bytes:
                writer.WriteBase64StringValue(bytes);
                break;
            case DateTime time:
                writer.WriteStringValue(time);
                break;
            case DateTimeOffset time:
                writer.WriteStringValue(time);
                break;
            case Guid guid:
                writer.WriteStringValue(guid);
                break;
            default:
                throw new ArgumentException(
                    "The data must be text, a number, a Boolean, null, bytes, a time, a list or an object of these.");
        }
    }

    /// <summary>The writer would replace half of a surrogate pair by U+FFFD.</summary>
    private static string Checked(string text)
    {
        Strict.GetByteCount(text);
        return text;
    }
}
