using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Tornadose.SignalR.Stores;

/// <summary>Checks JSON that arrives as text, and brings it to one line, which JSON Lines requires.</summary>
internal static class JsonText
{
    /// <summary>Checks that the bytes are one JSON value, and removes the line breaks between its parts.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    public static ReadOnlyMemory<byte> OneLine(ReadOnlyMemory<byte> json)
    {
        if (!Utf8.IsValid(json.Span))
            throw new ArgumentException("The body is not valid UTF-8.");
        try
        {
            Check(json.Span);
        }
        catch (JsonException invalid)
        {
            throw new ArgumentException(
                $"The body is not valid JSON: line {invalid.LineNumber + 1}, byte {invalid.BytePositionInLine + 1}.", invalid);
        }
        catch (InvalidOperationException invalid)
        {
            throw new ArgumentException("The body's JSON escapes half of a surrogate pair, which no text can hold.", invalid);
        }

        return HasLineBreak(json.Span) ? Minify(json.Span) : json;
    }

    /// <summary>Makes a JSON string of text.</summary>
    /// <exception cref="ArgumentException">The bytes are not valid UTF-8.</exception>
    public static byte[] OfString(ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text))
            throw new ArgumentException("The body is not valid UTF-8.");
        var escaped = JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        return [(byte)'"', .. escaped.EncodedUtf8Bytes, (byte)'"'];
    }

    public static bool HasLineBreak(ReadOnlySpan<byte> json) => json.ContainsAny((byte)'\r', (byte)'\n');

    private static void Check(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
            if (reader.ValueIsEscaped)
                reader.GetString();
    }

    /// <summary>Everything but white space stays as the publisher wrote it, digits and escapes included.</summary>
    public static byte[] Minify(ReadOnlySpan<byte> json)
    {
        var output = new byte[json.Length];
        var (length, inString, escaped) = (0, false, false);
        foreach (var value in json)
        {
            if (!inString && value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
                continue;
            inString ^= value == '"' && !escaped;
            escaped = inString && value == '\\' && !escaped;
            output[length++] = value;
        }

        return output[..length];
    }
}
