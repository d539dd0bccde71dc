using System.Text.Json;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Endpoints;

/// <summary>
/// Several messages as JSON lines, each in the form of the JSON transports: <c>{"event":…,"format":…,"data":…}</c>. Lines of a stream can
/// be forwarded unchanged: <c>id</c>, <c>store</c> and empty lines are ignored.
/// </summary>
internal static class MessageLines
{
    public const string MediaType = "application/x-ndjson";

    /// <param name="body">The lines.</param>
    /// <param name="eventType">The event type of lines that have none.</param>
    /// <param name="store">The store whose limits apply.</param>
    /// <exception cref="ArgumentException">A line is no message, or there are too many; the exception names the line.</exception>
    /// <exception cref="MessageTooLargeException">A message is larger than the store takes.</exception>
    public static List<MessageContent> Read(ReadOnlyMemory<byte> body, string? eventType, MessageStore store)
    {
        var contents = new List<MessageContent>();
        var number = 0;
        foreach (var range in body.Span.Split((byte)'\n'))
        {
            number++;
            var line = body[range].Trim(" \t\r"u8);
            if (line.IsEmpty)
                continue;
            try
            {
                MessageBatch.CheckCount(contents.Count + 1);
                contents.Add(ReadLine(line, eventType, store));
            }
            catch (ArgumentException invalid)
            {
                throw new ArgumentException($"Line {number}: {PublishRefusal.Words(invalid)}", invalid);
            }
        }

        return contents;
    }

    private static MessageContent ReadLine(ReadOnlyMemory<byte> line, string? eventType, MessageStore store)
    {
        line = JsonText.OneLine(line); // from here on it is known to be JSON
        var reader = new Utf8JsonReader(line.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw NoMessage();
        ReadOnlyMemory<byte>? data = null;
        string? text = null;
        var isJson = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "event":
                    eventType = reader.TokenType is JsonTokenType.String or JsonTokenType.Null ? reader.GetString() : throw NoMessage();
                    break;
                case "format":
                    isJson = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("json"u8);
                    break;
                case "data":
                    text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                    var begin = (int)reader.TokenStartIndex;
                    reader.Skip();
                    data = line[begin..(int)reader.BytesConsumed];
                    break;
                case "id" or "store":
                    reader.Skip();
                    break;
                default:
                    throw NoMessage();
            }
        }

        if (data is not { } json)
            throw NoMessage();
        var options = new PublishOptions { EventType = eventType };
        return text is not null && !isJson
            ? store.ContentOf(StoreSerializer.Encode(text), MessageFormat.Text, options)
            : store.ContentOf(json.ToArray(), MessageFormat.Json, options); // a copy, so that the message does not keep the whole body
    }

    private static ArgumentException NoMessage() => new(
        "It is no message. A line is {\"data\":…}, optionally with \"event\" and \"format\".");
}
