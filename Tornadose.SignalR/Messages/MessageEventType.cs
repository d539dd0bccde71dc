using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Tornadose.SignalR.Messages;

/// <summary>The rules for event types, on every path by which a message can enter.</summary>
internal static class MessageEventType
{
    public const int MaxLength = 256;

    public const string ReservedPrefix = "tornadose.";

    /// <summary>Whether it means a plain message: <c>message</c> is the browsers' name for those.</summary>
    public static bool IsPlain([NotNullWhen(false)] string? eventType) => string.IsNullOrEmpty(eventType) || eventType == "message";

    /// <summary>
    /// Whether an <c>EventSource</c> dispatches events of this name itself (WHATWG HTML §9.2): listeners could not tell a message from
    /// them. Names of events are case-sensitive.
    /// </summary>
    public static bool IsOfEventSource(string eventType) => eventType is "error" or "open";

    /// <summary>The event type in normal form: null for plain messages and for invalid types.</summary>
    public static string? OrNull(string? eventType) => IsPlain(eventType) || Fault(eventType) is not null ? null : eventType;

    /// <summary>Says what is wrong with an event type; null when nothing is.</summary>
    public static string? Fault(string eventType)
    {
        if (eventType.Length > MaxLength)
            return $"An event type has at most {MaxLength} characters; this one has {eventType.Length}.";
        if (eventType.StartsWith(ReservedPrefix, StringComparison.OrdinalIgnoreCase))
            return $"Event types that begin with '{ReservedPrefix}' are reserved. Choose another name.";
        if (IsOfEventSource(eventType))
            return $"An EventSource has an event '{eventType}' of its own: a page would take the message for a " +
                $"{(eventType == "open" ? "new connection" : "lost one")}. Choose another name.";
        for (int i = 0, length; i < eventType.Length; i += length)
            if (Rune.DecodeFromUtf16(eventType.AsSpan(i), out var rune, out length) != OperationStatus.Done || IsRefused(rune))
                return $"An event type must not contain control or format characters (such as line breaks) or half surrogate pairs: " +
                    $"U+{(int)eventType[i]:X4} at index {i}.";
        return null;
    }

    private static bool IsRefused(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
