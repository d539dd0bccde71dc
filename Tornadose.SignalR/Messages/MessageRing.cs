using System.Numerics;

namespace Tornadose.SignalR.Messages;

/// <summary>
/// The slots of a log's last entries. The log's lock guards the writer; readers take none, as <c>MessageLog</c> says.
/// </summary>
/// <remarks>
/// It starts small, so that thousands of quiet stores cost little, and doubles up to the log's capacity. A struct, not a class: one cache
/// miss less for each read.
/// </remarks>
internal struct MessageRing(int capacity)
{
    private const int InitialSlots = 8;

    private MessageEntry?[] _slots = new MessageEntry?[Math.Min(InitialSlots, RoundUp(capacity))];
    private long _first = 1;
    private long _bytes;

    /// <summary>The number of the oldest entry that is kept; if none is, the next number.</summary>
    public long First => Volatile.Read(ref _first);

    /// <summary>The total size of the entries.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Loads the entry with this number; null when it is not there, or no longer.</summary>
    public MessageEntry? Find(long sequence)
    {
        var slots = Volatile.Read(ref _slots);
        var entry = Volatile.Read(ref slots[sequence & (slots.Length - 1)]);
        return entry?.Sequence == sequence ? entry : null;
    }

    /// <summary>Fills the slot of an entry, whose number is the next.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="capacity">The ring grows up to this number of entries; then the oldest makes room for the new one.</param>
    public void Add(MessageEntry entry, int capacity)
    {
        MakeRoom(entry.Sequence, capacity);
        Volatile.Write(ref _slots[entry.Sequence & (_slots.Length - 1)], entry);
        _bytes += entry.Size;
    }

    /// <summary>Drops the oldest entry that is kept.</summary>
    public void DropFirst()
    {
        ref var slot = ref _slots[_first & (_slots.Length - 1)];
        _bytes -= slot!.Size;
        Volatile.Write(ref _first, _first + 1);
        Volatile.Write(ref slot, null);
    }

    private static int RoundUp(int slots) => (int)BitOperations.RoundUpToPowerOf2((uint)slots);

    private void MakeRoom(long sequence, int capacity)
    {
        if (sequence - _first < _slots.Length)
            return;
        if (_slots.Length >= RoundUp(capacity))
        {
            DropFirst();
            return;
        }

        var larger = new MessageEntry?[_slots.Length * 2];
        for (var kept = _first; kept < sequence; kept++)
            larger[kept & (larger.Length - 1)] = _slots[kept & (_slots.Length - 1)];
        Volatile.Write(ref _slots, larger);
    }
}
