using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Specifications;

internal static class CursorReading
{
    /// <summary>Everything that can be read now, on one line: texts separated by spaces, a reset as <c>reset:reason@offset</c>.</summary>
    public static string Read(this MessageCursor cursor, int atMost = int.MaxValue)
    {
        var words = new List<string>();
        while (words.Count < atMost && cursor.TryRead(out StoreMessage? message))
            words.Add(Word(message));
        return string.Join(' ', words);
    }

    public static string Word(this StoreMessage message) => message.Reset is { } reset
        ? $"reset:{reset.ReasonName}@{reset.Position.Offset}"
        : message.GetText();
}
