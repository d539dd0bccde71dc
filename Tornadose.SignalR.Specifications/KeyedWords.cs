using System.Text;

namespace Tornadose.SignalR.Specifications;

internal static class KeyedWords
{
    /// <summary>Everything that can be read now, on one line.</summary>
    public static string ReadChanges(this MessageCursor cursor, int atMost = int.MaxValue)
    {
        var words = new List<string>();
        while (words.Count < atMost && cursor.TryRead(out StoreMessage? message))
            words.Add(message.ChangeWord());
        return string.Join(' ', words);
    }

    /// <summary><c>+a=1</c>, <c>a=2</c>, <c>-a</c>, <c>clear</c>, <c>start</c>, <c>end</c>, or <c>reset:reason</c>.</summary>
    public static string ChangeWord(this StoreMessage message) => message.Reset is { } reset
        ? $"reset:{reset.ReasonName}"
        : message.Change switch
        {
            StoreChange.Insert => $"+{message.Key}={Encoding.UTF8.GetString(message.Value.Span)}",
            StoreChange.Update => $"{message.Key}={Encoding.UTF8.GetString(message.Value.Span)}",
            StoreChange.Delete => $"-{message.Key}",
            StoreChange.Clear => "clear",
            StoreChange.SnapshotStart => "start",
            StoreChange.SnapshotEnd => "end",
            _ => message.GetText(),
        };
}
