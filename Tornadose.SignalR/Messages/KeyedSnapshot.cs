using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Messages;

/// <summary>The value of each key at one moment, read without a lock.</summary>
internal static class KeyedSnapshot
{
    /// <param name="log">The log.</param>
    /// <param name="key">The only key that is wanted; null for all.</param>
    /// <returns>Null if concurrent changes hid what is needed; never while the log's lock is held.</returns>
    public static StoreSnapshot? TryTake(MessageLog log, string? key) => key is null ? TryWalk(log) : TryLookUp(log, key);

    /// <summary>
    /// The entry found is valid at the head's position if the head was settled before the lookup and is still the head after it.
    /// </summary>
    private static StoreSnapshot? TryLookUp(MessageLog log, string key)
    {
        var head = log.Head;
        var isSettled = log.Keyed!.SettledSequence >= head.Sequence;
        var found = log.FindKey(key);
        return isSettled && !log.IsReloading && ReferenceEquals(log.Head, head) ? Of(head, found is null ? [] : [found]) : null;
    }

    /// <summary>
    /// Walks the log up to its newest entry. Concurrent changes get numbers after that of the entry that was newest at first: before that
    /// number each key comes once; from it on, a later entry of a key replaces an earlier one.
    /// </summary>
    private static StoreSnapshot? TryWalk(MessageLog log)
    {
        var entries = log.Keyed!;
        var head = log.Head;
        var began = head.Sequence;
        var found = new List<MessageEntry>(entries.Keys);
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
        return head.Sequence + 1 < log.FirstReplayable
            ? null // the log continues elsewhere
            : Of(head, [.. found.Where(entry => !log.IsExpired(entry)).Select(static entry => entry.Message)]);
    }

    private static StoreSnapshot Of(MessageEntry head, IReadOnlyList<StoreMessage> messages) =>
        new(head.Position, messages) { IsCompleted = head.IsEnd };

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
