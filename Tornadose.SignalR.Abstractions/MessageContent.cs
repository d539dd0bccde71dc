namespace Tornadose.SignalR;

/// <summary>What a publisher hands over: a message that has no position yet.</summary>
/// <param name="data">The payload in UTF-8. It is kept, not copied: do not change the array afterwards.</param>
/// <param name="format">What the payload is.</param>
/// <param name="eventType">The event type, or null for a plain message.</param>
public readonly struct MessageContent(ReadOnlyMemory<byte> data, MessageFormat format, string? eventType)
{
    /// <summary>The event type of <see cref="End"/>, by which a backplane that keeps event types keeps the end as well.</summary>
    public const string EndEventType = "tornadose.end";

    /// <summary>The end of a store, which is an entry of its log like any message: it has a position, and no payload.</summary>
    public static MessageContent End { get; } = new(default, MessageFormat.Text, EndEventType);

    /// <summary>The payload in UTF-8.</summary>
    public ReadOnlyMemory<byte> Data { get; } = data;

    /// <summary>What the payload is.</summary>
    public MessageFormat Format { get; } = format;

    /// <summary>The event type; null for a plain message.</summary>
    public string? EventType { get; } = eventType;

    /// <summary>What the message counts towards <c>MaxBytes</c>: payload and event type, in bytes; nothing for <see cref="End"/>.</summary>
    public int Size => IsEnd ? 0 : Data.Length + (EventType?.Length ?? 0);

    /// <summary>Whether this is the end of a store: the entry after which nothing is appended.</summary>
    public bool IsEnd => EventType == EndEventType;
}
