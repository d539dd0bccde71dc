namespace Tornadose.SignalR;

/// <summary>What a publisher hands over: a message that has no position yet.</summary>
/// <param name="Data">The payload in UTF-8. It is kept, not copied: do not change the array afterwards.</param>
/// <param name="Format">What the payload is.</param>
/// <param name="EventType">The event type, or null for a plain message.</param>
public readonly record struct MessageContent(ReadOnlyMemory<byte> Data, MessageFormat Format, string? EventType)
{
    /// <summary>What the message counts towards <c>MaxBytes</c>: payload and event type, in bytes.</summary>
    public int Size => Data.Length + (EventType?.Length ?? 0);
}
