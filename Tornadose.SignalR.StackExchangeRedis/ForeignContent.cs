using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// Messages as they come from Redis, where anybody with access may have put them: what is no UTF-8 is made so, what claims to be JSON and
/// is none is text, and an event type that a publisher of this library could not have set is left out.
/// </summary>
internal static class ForeignContent
{
    /// <summary>An application's own serializer options may allow more than the usual 64 levels; its messages come this way, too.</summary>
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

    /// <summary>JSON goes onto the wires as it is, and some of them end at a line break.</summary>
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
