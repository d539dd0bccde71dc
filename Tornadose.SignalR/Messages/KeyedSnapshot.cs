using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Messages;

/// <summary>The value of each key at one moment, read without a lock.</summary>
internal static class KeyedSnapshot
{
    /// <summary>
    /// Walks through the log up to its newest entry. What changes meanwhile has a higher number than the newest entry had at first: so
    /// before that number each key comes once, and after it the later entry of a key replaces the earlier one.
    /// </summary>
    /// <param name="log">The log.</param>
    /// <param name="key">The only key that is wanted; null for all.</param>
    public static StoreSnapshot Take(MessageLog log, string? key)
    {
        while (true)
            if (TryTake(log, key) is { } snapshot)
                return snapshot;
    }

    /// <returns>Null when the log dropped what is needed.</returns>
    private static StoreSnapshot? TryTake(MessageLog log, string? key)
    {
        var entries = log.Keyed!;
        var head = log.Head;
        var began = head.Sequence;
        var found = new List<MessageEntry>(key is null ? entries.Keys : 1);
        var changed = new Dictionary<string, MessageEntry>(StringComparer.Ordinal);
        var next = log.FirstReplayable;
        for (; next <= head.Sequence; head = log.Head)
        {
            var entry = entries.FindNext(next);
            if (next < log.FirstReplayable || entries.DroppedSequence >= began)
                return null;
            if (entry is null)
                continue;
            next = entry.Sequence + 1;
            if (entry.Sequence >= began)
                Note(found, changed, entry);
            else if (entry.IsLive)
                found.Add(entry);
        }

        found.RemoveAll(entry => changed.ContainsKey(entry.Message.Key!));
        found.AddRange(changed.Values.Where(static entry => entry.IsLive).OrderBy(static entry => entry.Sequence));
        if (log.IsReloading)
            return null;
        return new StoreSnapshot(head.Position, [.. found
            .Where(entry => !log.IsExpired(entry) && (key is null || entry.Message.Key == key))
            .Select(static entry => entry.Message)]) { IsCompleted = head.IsEnd };
    }

    private static void Note(List<MessageEntry> found, Dictionary<string, MessageEntry> changed, MessageEntry entry)
    {
        if (entry.Message.Key is { } key)
            changed[key] = entry;
        if (entry.Message.Change != StoreChange.Clear)
            return;
        found.Clear();
        changed.Clear();
    }
}
