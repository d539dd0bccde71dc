using System.Text.Json;

namespace Tornadose.SignalR.Client;

/// <summary>Reads messages from the wire formats. JSON wires write text as a string, and mark a string that is JSON.</summary>
internal sealed class MessageReader(StoreList stores, JsonSerializerOptions json)
{
    /// <summary>No depth limit: publishers may nest as deeply as they like.</summary>
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = int.MaxValue };

    public StoreList Stores { get; } = stores;

    public static Utf8JsonReader Open(ReadOnlySpan<byte> text) => new(text, Deep);

    public ReceivedMessage Message(int store, string? id, string? eventType, MessageFormat format, ReadOnlyMemory<byte> data) =>
        new(Stores.Names[store], id, eventType, format, data, json);

    public ReceivedMessage Reset(int store, string? reason, string id) =>
        new(Stores.Names[store], new ReceivedReset(ReceivedReset.ParseReason(reason), id), json);

    /// <summary>
    /// Reads an item of a JSON wire: a message, <c>{"reset":{…}}</c>, <c>{"end":{…}}</c>, <c>{"closed":{…}}</c>, or the heartbeat
    /// <c>{}</c>.
    /// </summary>
    /// <returns>Null for a heartbeat, and for an item that is not about these stores.</returns>
    /// <exception cref="JsonException">It is none of these.</exception>
    /// <exception cref="DismissedException">It says that the server has ended this client for good.</exception>
    public ReceivedMessage? Envelope(ReadOnlySpan<byte> item)
    {
        var reader = Open(item);
        var envelope = ReadEnvelope(ref reader, item);
        if (envelope.IsClosed)
            throw new DismissedException();
        var index = Stores.IndexOf(envelope.Store);
        if (index < 0)
            return null;
        if (envelope.IsEnd)
            return End(index, envelope.Id);
        if (envelope.Reason is { } reason)
            return Reset(index, reason, envelope.Id ?? "");
        return envelope.Data is { } data ? Message(index, envelope.Id, envelope.EventType, envelope.Format, data) : null;
    }

    /// <summary>Reads an event of Server-Sent Events, which write JSON as text and mark text that could be JSON.</summary>
    /// <returns>Null for an event that is not about these stores.</returns>
    public ReceivedMessage? Event(in ServerSentEvent received)
    {
        if (received.EventType == "tornadose.closed")
            throw new DismissedException();
        if (received.EventType is StoreReset.EventType or MessageContent.EndEventType)
            return EventReset(received, isEnd: received.EventType == MessageContent.EndEventType);
        // With several stores the event type is store or store/type. Both may contain slashes; the field "store" tells where one ends.
        var index = Stores.IndexOf(received.Store ?? received.EventType);
        if (index < 0)
            return null;
        var type = received.EventType;
        if (Stores.IsList)
            type = received.Store is { } store && type?.Length > store.Length ? type[(store.Length + 1)..] : null;
        var format = received.Format != "text" && CouldBeJson(received.Data) ? MessageFormat.Json : MessageFormat.Text;
        return Message(index, received.Id, type, format, received.Data);
    }

    public ReceivedMessage End(int store, string? id) => new(Stores.Names[store], id, json);

    private ReceivedMessage? EventReset(in ServerSentEvent received, bool isEnd)
    {
        var reader = Open(received.Data);
        reader.Read();
        var reset = ReadReset(ref reader);
        var index = Stores.IndexOf(reset.Store);
        if (index >= 0 && isEnd)
            return End(index, received.Id);
        return index < 0 ? null : Reset(index, reset.Reason, reset.Id ?? received.Id ?? "");
    }

    private static Item ReadEnvelope(ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        var item = default(Item);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An item of a store must be a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "id":
                    item.Id = reader.GetString();
                    break;
                case "store":
                    item.Store = reader.GetString();
                    break;
                case "event":
                    item.EventType = reader.GetString();
                    break;
                case "format":
                    item.Format = reader.ValueTextEquals("json"u8) ? MessageFormat.Json : MessageFormat.Text;
                    break;
                case "data":
                    ReadData(ref reader, text, ref item);
                    break;
                case "reset":
                    item = ReadReset(ref reader);
                    break;
                case "end":
                    item = ReadReset(ref reader) with { IsEnd = true };
                    break;
                case "closed":
                    item.IsClosed = true;
                    reader.Skip();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return item;
    }

    private static void ReadData(ref Utf8JsonReader reader, ReadOnlySpan<byte> text, ref Item item)
    {
        if (reader.TokenType == JsonTokenType.String && item.Format != MessageFormat.Json)
        {
            var unescaped = new byte[reader.ValueSpan.Length];
            item.Data = unescaped.AsMemory(0, reader.CopyString(unescaped));
            return;
        }

        var begin = (int)reader.TokenStartIndex;
        reader.Skip();
        item.Format = MessageFormat.Json;
        item.Data = text[begin..(int)reader.BytesConsumed].ToArray();
    }

    private static Item ReadReset(ref Utf8JsonReader reader)
    {
        var item = new Item { Reason = "unknown" };
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "store":
                    item.Store = reader.GetString();
                    break;
                case "reason":
                    item.Reason = reader.GetString();
                    break;
                case "id":
                    item.Id = reader.GetString();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return item;
    }

    /// <summary>The server marks text that begins like JSON, so the first byte decides.</summary>
    private static bool CouldBeJson(ReadOnlySpan<byte> text) => text.Trim(" \t\r\n"u8) switch
    {
        [(byte)'{' or (byte)'[' or (byte)'"' or (byte)'-' or (>= (byte)'0' and <= (byte)'9'), ..] => true,
        var word => word.SequenceEqual("true"u8) || word.SequenceEqual("false"u8) || word.SequenceEqual("null"u8),
    };

    private record struct Item
    {
        public string? Id;
        public string? Store;
        public string? EventType;
        public string? Reason;
        public MessageFormat Format;
        public ReadOnlyMemory<byte>? Data;
        public bool IsClosed;
        public bool IsEnd;
    }
}
