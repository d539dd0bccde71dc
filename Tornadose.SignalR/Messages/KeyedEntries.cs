using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Messages;

/// <summary>
/// The entries of a keyed log: only the newest of each key, in the order of the log. The log's lock guards the writer; readers take none.
/// </summary>
/// <remarks>
/// <para>An array sorted by sequence number, with holes where keys have moved to the end. When it is full, the remaining entries are
/// copied to a new array, at least half of which is free: a change is amortised O(1), and memory is at most twice that of the live entries
/// and tombstones.</para>
/// <para>How readers work without a lock. (1) A slot is filled before the count that covers it is published, and a new array after it is
/// filled. (2) The writer puts the new entry of a key at the end and publishes it as the log's newest <em>before</em> it empties the old
/// slot: a reader that finds the hole finds the new entry as well, once it loads the log's newest entry again. It may still find the old
/// entry, or one in an array that was replaced; then it gets the newer one later, in order. (3) The position of a tombstone that is
/// dropped is published before its slot is emptied: a reader that has found an entry beyond it checks whether it missed one.</para>
/// </remarks>
internal sealed class KeyedEntries
{
    private const int InitialSlots = 8;

    /// <summary>
    /// Stands for the removal of all keys. The newest is kept for readers that resume and have seen keys from before it. No key is empty.
    /// </summary>
    private const string AllKeys = "";

    /// <summary>Stands for the end, which is kept in addition. No key has control characters.</summary>
    private const string TheEnd = "\0";

    private ConcurrentDictionary<string, MessageEntry> _newest = new(StringComparer.Ordinal);
    private readonly Queue<MessageEntry> _tombstones = new();
    private KeyedSlots _slots = new(InitialSlots);
    private int _tombstoneCount;
    private long _droppedSequence;
    private long _droppedOffset;
    private long _settled;
    private int _keys;
    private long _bytes;
    private long _liveBytes;
    private int _count;

    /// <summary>How many keys have a value.</summary>
    public int Keys => Volatile.Read(ref _keys);

    /// <summary>How many entries there are, tombstones included.</summary>
    public int Count => Volatile.Read(ref _count);

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>The bytes of the keys that have a value.</summary>
    public long LiveBytes => Volatile.Read(ref _liveBytes);

    /// <summary>
    /// The newest tombstone that was dropped. A reader that may have been told of the key but not of its removal has missed it.
    /// </summary>
    public long DroppedSequence => Volatile.Read(ref _droppedSequence);

    /// <summary>The same as an offset: a resume after an older position is not possible.</summary>
    public long DroppedOffset => Volatile.Read(ref _droppedOffset);

    /// <summary>The newest entry for which <see cref="Settle"/> has removed what it replaces.</summary>
    public long SettledSequence => Volatile.Read(ref _settled);

    /// <summary>Gives the entry of a key that has a value.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out MessageEntry? entry)
    {
        if (Volatile.Read(ref _newest).TryGetValue(key, out entry) && entry.IsLive)
            return true;
        entry = null;
        return false;
    }

    /// <summary>The first entry with this number or a later one; null if there was none when the search began.</summary>
    public MessageEntry? FindNext(long sequence) => Volatile.Read(ref _slots).FindNext(sequence);

    /// <summary>The first entry after an offset; null if there was none when the search began.</summary>
    public MessageEntry? FindAfter(long offset) => Volatile.Read(ref _slots).FindAfter(offset);

    /// <summary>The entry with exactly this offset; null when its key has moved on.</summary>
    public MessageEntry? FindAt(long offset) => FindAfter(offset - 1) is { } entry && entry.Position.Offset == offset ? entry : null;

    /// <summary>Adds an entry at the end. <see cref="Settle"/> removes what it replaces, once it is the log's newest.</summary>
    public void Add(MessageEntry entry)
    {
        if (_slots.IsFull)
            Compact();
        _slots.Add(entry);
    }

    /// <summary>Removes what the entry replaces, and the tombstones beyond the limit.</summary>
    public void Settle(MessageEntry entry, int maxTombstones)
    {
        if (entry.Message.Change == StoreChange.Clear)
            RemoveBefore(entry);
        else
            Replace(entry);
        DropTombstones(maxTombstones);
        Volatile.Write(ref _settled, entry.Sequence);
    }

    /// <summary>Replaces all entries: the log continues elsewhere.</summary>
    /// <param name="entries">In the order of the log. Some may be replaced by later ones.</param>
    /// <param name="forgotten">The offset of the newest tombstone that is missing.</param>
    /// <param name="maxTombstones">How many tombstones are kept.</param>
    /// <param name="sequence">The number before those of the entries.</param>
    public void Reload(IEnumerable<MessageEntry> entries, long forgotten, int maxTombstones, long sequence)
    {
        var newest = new ConcurrentDictionary<string, MessageEntry>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (entry.Message.Change == StoreChange.Clear)
                newest.Clear();
            newest[KeyOf(entry)] = entry;
        }

        var kept = newest.Values.OrderBy(static entry => entry.Sequence).ToList();
        Restart(kept, newest, forgotten);
        DropTombstones(maxTombstones);
        Volatile.Write(ref _settled, kept.Count > 0 ? kept[^1].Sequence : sequence);
    }

    private static string KeyOf(MessageEntry entry) =>
        entry.Message.Key ?? (entry.Message.Change == StoreChange.Clear ? AllKeys : TheEnd);

    private void Restart(List<MessageEntry> entries, ConcurrentDictionary<string, MessageEntry> newest, long forgotten)
    {
        var slots = new KeyedSlots(Math.Max(InitialSlots, 2 * (entries.Count + 1)));
        foreach (var entry in entries)
            slots.Add(entry);
        Volatile.Write(ref _slots, slots);
        Volatile.Write(ref _newest, newest);
        _tombstones.Clear();
        _tombstoneCount = _count = _keys = 0;
        _bytes = _liveBytes = 0;
        Volatile.Write(ref _droppedOffset, forgotten);
        Volatile.Write(ref _droppedSequence, 0);
        foreach (var entry in entries)
        {
            Tally(entry, 1);
            if (entry.IsTombstone)
                _tombstones.Enqueue(entry);
        }
    }

    /// <summary>Records that tombstones up to an offset are missing.</summary>
    public void ForgetRemovals(long offset) => Volatile.Write(ref _droppedOffset, Math.Max(_droppedOffset, offset));

    /// <summary>Drops the oldest tombstones until at most <paramref name="atMost"/> are left.</summary>
    public void DropTombstones(int atMost)
    {
        while (_tombstoneCount > atMost && _tombstones.TryDequeue(out var oldest))
        {
            if (!_newest.TryGetValue(oldest.Message.Key!, out var newest) || !ReferenceEquals(newest, oldest))
                continue; // the key came back
            Volatile.Write(ref _droppedOffset, oldest.Position.Offset);
            Volatile.Write(ref _droppedSequence, oldest.Sequence);
            _newest.TryRemove(oldest.Message.Key!, out _);
            TakeOut(oldest);
        }
    }

    private void Replace(MessageEntry entry)
    {
        var key = KeyOf(entry);
        if (_newest.TryGetValue(key, out var old))
            TakeOut(old);
        _newest[key] = entry;
        Tally(entry, 1);
        if (entry.IsTombstone)
            _tombstones.Enqueue(entry);
    }

    /// <summary>This one entry says that all keys before it are gone, so no older tombstone is missed.</summary>
    private void RemoveBefore(MessageEntry clear) => Restart(
        [clear], new ConcurrentDictionary<string, MessageEntry>(StringComparer.Ordinal) { [AllKeys] = clear }, forgotten: 0);

    private void TakeOut(MessageEntry entry)
    {
        Tally(entry, -1);
        _slots.Remove(entry);
    }

    private void Tally(MessageEntry entry, int sign)
    {
        Volatile.Write(ref _count, _count + sign);
        Volatile.Write(ref _bytes, _bytes + (sign * entry.Size));
        if (entry.IsTombstone)
        {
            _tombstoneCount += sign;
        }
        else if (entry.IsLive)
        {
            Volatile.Write(ref _keys, _keys + sign);
            Volatile.Write(ref _liveBytes, _liveBytes + (sign * entry.Size));
        }
    }

    /// <summary>
    /// Copies the remaining entries to an array that is at least half empty, and forgets tombstones whose key has a newer entry.
    /// </summary>
    private void Compact()
    {
        var larger = new KeyedSlots(Math.Max(InitialSlots, 2 * (_count + 1)));
        _slots.CopyTo(larger);
        Volatile.Write(ref _slots, larger);
        for (var waiting = _tombstones.Count; waiting > 0; waiting--)
        {
            var tombstone = _tombstones.Dequeue();
            if (_newest.TryGetValue(tombstone.Message.Key!, out var newest) && ReferenceEquals(newest, tombstone))
                _tombstones.Enqueue(tombstone);
        }
    }
}
