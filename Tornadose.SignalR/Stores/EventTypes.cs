using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR;

/// <summary>What an event type may be.</summary>
internal static class EventTypes
{
    /// <summary>The longest event type, in characters.</summary>
    public const int MaxLength = MessageEventType.MaxLength;

    /// <summary>What the library's own event types begin with.</summary>
    public const string ReservedPrefix = MessageEventType.ReservedPrefix;

    /// <summary>Checks an event type and brings it to its one form.</summary>
    /// <param name="eventType">The event type.</param>
    /// <returns>The event type; null where it is null, empty or <c>message</c>, the name that browsers give to plain messages.</returns>
    /// <exception cref="ArgumentException"> It is too long, begins with <c>tornadose.</c>, is the name of an event that an
    /// <c>EventSource</c> has itself (<c>error</c>, <c>open</c>), or holds a character that could leave its field on some wire.
    /// </exception>
    public static string? Normalize(string? eventType)
    {
        if (MessageEventType.IsPlain(eventType))
            return null;
        return MessageEventType.Fault(eventType) is { } fault ? throw new ArgumentException(fault, nameof(eventType)) : eventType;
    }
}
