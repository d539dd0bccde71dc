using System.Buffers;
using System.Globalization;
using System.Text;

namespace Tornadose.SignalR.Stores;

/// <summary>What an event type may be. One place, for every entrance through which a message can come.</summary>
public static class EventTypes
{
    /// <summary>The longest event type, in characters.</summary>
    public const int MaxLength = 256;

    /// <summary>What the library's own event types begin with.</summary>
    public const string ReservedPrefix = "tornadose.";

    /// <summary>Checks an event type and brings it to its one form.</summary>
    /// <param name="eventType">The event type.</param>
    /// <returns>The event type; null where it is null, empty or <c>message</c>, the name that browsers give to plain messages.</returns>
    /// <exception cref="ArgumentException">
    /// It is too long, begins with <c>tornadose.</c>, or holds a character that could leave its field on some wire.
    /// </exception>
    public static string? Normalize(string? eventType)
    {
        if (string.IsNullOrEmpty(eventType) || eventType == "message")
            return null;
        if (eventType.Length > MaxLength)
            throw new ArgumentException($"An event type has at most {MaxLength} characters; this one has {eventType.Length}.", nameof(eventType));
        if (eventType.StartsWith(ReservedPrefix, StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException($"Event types that begin with '{ReservedPrefix}' are the library's own. Choose another name.", nameof(eventType));
        for (int i = 0, length; i < eventType.Length; i += length)
            if (Rune.DecodeFromUtf16(eventType.AsSpan(i), out var rune, out length) != OperationStatus.Done || IsRefused(rune))
                throw new ArgumentException($"An event type holds no control or format characters (as line breaks) and no half surrogate pairs: U+{(int)eventType[i]:X4} at index {i}.", nameof(eventType));
        return eventType;
    }

    private static bool IsRefused(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
