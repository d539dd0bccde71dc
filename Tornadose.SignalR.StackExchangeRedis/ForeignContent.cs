using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// Converts messages from Redis, where anybody with access may have written them. Invalid UTF-8 is replaced, invalid JSON becomes text,
/// and an event type that a publisher of this library could not have set is dropped.
/// </summary>
internal static class ForeignContent
{
    /// <summary>
    /// An application's serializer options may allow more than the default 64 levels, and its messages are parsed here too.
    /// </summary>
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = 1000 };

    public static MessageContent Of(ReadOnlyMemory<byte> data, bool json, string? eventType)
    {
        if (!Utf8.IsValid(data.Span))
            data = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(data.Span));
        return new MessageContent(
            data, json && IsJsonLine(data.Span) ? MessageFormat.Json : MessageFormat.Text, MessageEventType.OrNull(eventType));
    }

    /// <summary>The same for what the append script has stored or announced, which may be the end of the store.</summary>
    public static MessageContent OfScript(ReadOnlyMemory<byte> data, bool json, string? eventType) =>
        eventType == MessageContent.EndEventType ? MessageContent.End : Of(data, json, eventType);

    /// <summary>The same for a change of a keyed store. An invalid key is turned into a valid one.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="operation">The script's letter for the operation: i, u, d, c or e.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    public static MessageContent OfChange(string store, char operation, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        StoreChange? change = operation switch
        {
            'i' => StoreChange.Insert,
            'u' => StoreChange.Update,
            'd' => StoreChange.Delete,
            _ => null,
        };
        if (change is not { } ofKey)
            return operation == 'e' ? MessageContent.End : MessageContent.OfClear;
        if (ofKey == StoreChange.Delete)
            value = default;
        else if (!Utf8.IsValid(value.Span) || !IsJsonLine(value.Span))
            value = Quote(JsonEncodedText.Encode(Encoding.UTF8.GetString(value.Span)));
        return MessageContent.OfKey(store, KeyOf(key.Span), ofKey, value);
    }

    private static byte[] Quote(JsonEncodedText text) => [(byte)'"', .. text.EncodedUtf8Bytes, (byte)'"'];

    private static string KeyOf(ReadOnlySpan<byte> bytes)
    {
        var key = Encoding.UTF8.GetString(bytes); // invalid UTF-8 becomes U+FFFD
        if (StoreKeys.Fault(key) is null)
            return key;
        var made = string.Concat(key.EnumerateRunes().Select(static rune => Rune.IsControl(rune) ? Rune.ReplacementChar : rune));
        if (made.Length > StoreKeys.MaxLength)
            made = made[..(char.IsHighSurrogate(made[StoreKeys.MaxLength - 1]) ? StoreKeys.MaxLength - 1 : StoreKeys.MaxLength)];
        return made.Length > 0 ? made : $"{Rune.ReplacementChar}";
    }

    /// <summary>JSON is written to the wires unchanged, and some wire formats end a message at a line break.</summary>
    private static bool IsJsonLine(ReadOnlySpan<byte> data)
    {
        if (data.ContainsAny((byte)'\r', (byte)'\n'))
            return false;
        try
        {
            var reader = new Utf8JsonReader(data, Deep);
            while (reader.Read())
                if (reader.ValueIsEscaped)
                    reader.GetString(); // throws for half of a surrogate pair, which a hub protocol could not write
            return reader.BytesConsumed == data.Length;
        }
        catch (Exception none) when (none is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
