namespace Tornadose.SignalR;

/// <summary>What a publisher hands over: a message that has no position yet.</summary>
/// <param name="data">The payload in UTF-8. It is kept, not copied: do not change the array afterwards.</param>
/// <param name="format">What the payload is.</param>
/// <param name="eventType">The event type, or null for a plain message.</param>
public readonly struct MessageContent(ReadOnlyMemory<byte> data, MessageFormat format, string? eventType)
{
    /// <summary>The event type of <see cref="End"/>, through which a backplane that keeps event types also keeps the end.</summary>
    public const string EndEventType = "tornadose.end";

    /// <summary>The end of a store, which is an entry of its log like any message: it has a position, and no payload.</summary>
    public static MessageContent End { get; } = new(default, MessageFormat.Text, EndEventType);

    /// <summary>The removal of all keys of a keyed store. Its payload contains its position, so the log creates the payload.</summary>
    public static MessageContent OfClear { get; } = new(default, MessageFormat.Json, null) { Change = StoreChange.Clear };

    /// <summary>The payload in UTF-8. In a keyed store it is the change message, in which the value is embedded.</summary>
    public ReadOnlyMemory<byte> Data { get; private init; } = data;

    /// <summary>The key that changes, in a keyed store; null otherwise.</summary>
    public string? Key { get; private init; }

    /// <summary>What happens to the key; <see cref="StoreChange.None"/> for a message of a store without keys.</summary>
    public StoreChange Change { get; private init; }

    /// <summary>The key's value, the JSON that was set; empty for a removal, and for a message of a store without keys.</summary>
    public ReadOnlyMemory<byte> Value { get; private init; }

    /// <summary>What the payload is.</summary>
    public MessageFormat Format { get; } = format;

    /// <summary>The event type; null for a plain message.</summary>
    public string? EventType { get; } = eventType;

    /// <summary>
    /// What the message counts towards <c>MaxBytes</c>: payload and event type, in bytes; in a keyed store, key and value; nothing for
    /// <see cref="End"/>.
    /// </summary>
    public int Size => IsEnd ? 0 : Key is not null ? Key.Length + Value.Length : Data.Length + (EventType?.Length ?? 0);

    /// <summary>Whether this is the end of a store: the entry after which nothing is appended.</summary>
    public bool IsEnd => EventType == EndEventType;

    /// <summary>The change of a key of a keyed store, as an entry of its log.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="key">The key.</param>
    /// <param name="change">Insert, update or delete.</param>
    /// <param name="value">The value, JSON on one line; empty for a removal.</param>
    /// <returns>The content.</returns>
    /// <exception cref="ArgumentException">The text is not a valid key.</exception>
    /// <exception cref="ArgumentOutOfRangeException">It is another change.</exception>
    public static MessageContent OfKey(string store, string key, StoreChange change, ReadOnlyMemory<byte> value)
    {
        ArgumentNullException.ThrowIfNull(store);
        StoreKeys.Validate(key);
        if (change is not (StoreChange.Insert or StoreChange.Update or StoreChange.Delete))
            throw new ArgumentOutOfRangeException(nameof(change), change, "A key is inserted, updated or deleted.");
        var (json, start) = ChangeMessage.Write(store, key, change, value.Span);
        return new MessageContent(json, MessageFormat.Json, null)
        {
            Key = key,
            Change = change,
            Value = json.AsMemory(start, value.Length),
        };
    }

    /// <summary>A change of a keyed store as received over a wire, or with a page.</summary>
    internal static MessageContent OfReceivedChange(
        ReadOnlyMemory<byte> data, string? key, StoreChange change, ReadOnlyMemory<byte> value) =>
        new(data, MessageFormat.Json, null) { Key = key, Change = change, Value = value };

    /// <summary>A control message: all keys were removed, or a snapshot begins or ends.</summary>
    internal static MessageContent OfControl(StoreChange change, MessagePosition position) =>
        new(ChangeMessage.WriteControl(change, position), MessageFormat.Json, null) { Change = change };
}
