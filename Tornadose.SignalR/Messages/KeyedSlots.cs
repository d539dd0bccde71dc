namespace Tornadose.SignalR.Messages;

/// <summary>
/// The array of <see cref="KeyedEntries"/>: sorted by sequence number, and so by offset, with holes. Numbers and offsets are kept in
/// separate arrays, so that a binary search works across holes.
/// </summary>
internal sealed class KeyedSlots(int length)
{
    private readonly long[] _sequences = new long[length];
    private readonly long[] _offsets = new long[length];
    private readonly MessageEntry?[] _entries = new MessageEntry?[length];
    private int _count;

    /// <summary>Whether no slot is left. For the writer, like all members except the <c>Find…</c> methods.</summary>
    public bool IsFull => _count == _entries.Length;

    /// <summary>The first entry with this number or a later one; null if there was none when the search began.</summary>
    public MessageEntry? FindNext(long sequence) => FindFirst(_sequences, sequence);

    /// <summary>The first entry after an offset; null if there was none when the search began.</summary>
    public MessageEntry? FindAfter(long offset) => FindFirst(_offsets, offset + 1);

    /// <summary>Adds an entry at the end. Its slot is filled before the count that covers it is published.</summary>
    public void Add(MessageEntry entry)
    {
        _sequences[_count] = entry.Sequence;
        _offsets[_count] = entry.Position.Offset;
        Volatile.Write(ref _entries[_count], entry);
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>Leaves a hole.</summary>
    public void Remove(MessageEntry entry) => Volatile.Write(ref _entries[LowerBound(_sequences, _count, entry.Sequence)], null);

    /// <summary>Copies the remaining entries to other slots.</summary>
    public void CopyTo(KeyedSlots others)
    {
        for (var i = 0; i < _count; i++)
            if (_entries[i] is { } entry)
                others.Add(entry);
    }

    private MessageEntry? FindFirst(long[] numbers, long number)
    {
        var count = Volatile.Read(ref _count);
        for (var index = LowerBound(numbers, count, number); index < count; index++)
            if (Volatile.Read(ref _entries[index]) is { } entry)
                return entry;
        return null;
    }

    private static int LowerBound(long[] numbers, int count, long number)
    {
        var found = numbers.AsSpan(0, count).BinarySearch(number);
        return found < 0 ? ~found : found;
    }
}
