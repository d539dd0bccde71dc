using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR;

/// <summary>The rules for event types.</summary>
internal static class EventTypes
{
    /// <summary>The longest event type, in characters.</summary>
    public const int MaxLength = MessageEventType.MaxLength;

    /// <summary>The prefix of the library's own event types.</summary>
    public const string ReservedPrefix = MessageEventType.ReservedPrefix;

    /// <summary>Checks an event type and brings it to normal form.</summary>
    /// <param name="eventType">The event type.</param>
    /// <returns>The event type; null if it is null, empty or <c>message</c>, the browsers' name for plain messages.</returns>
    /// <exception cref="ArgumentException">It is too long, begins with <c>tornadose.</c>, is the name of an event that an
    /// <c>EventSource</c> has itself (<c>error</c>, <c>open</c>), or contains a character that could break out of its field in some
    /// wire format.</exception>
    public static string? Normalize(string? eventType)
    {
        if (MessageEventType.IsPlain(eventType))
            return null;
        return MessageEventType.Fault(eventType) is { } fault ? throw new ArgumentException(fault, nameof(eventType)) : eventType;
    }
}
