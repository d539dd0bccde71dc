using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// The newest part of a log that a copy's limits allow, collected from pages that are read newest first. Each page but the first includes
/// the oldest message collected so far: if that has become a different one, Redis was rolled back meanwhile, and collecting starts again.
/// </summary>
/// <param name="room">The maximum number of messages; the end of the store is not counted.</param>
/// <param name="limits">The limits of bytes and age.</param>
internal sealed class LogWindow(int room, MessageLogLimits limits)
{
    private readonly List<LogPageEntry> _newestFirst = [];
    private long _bytes;

    /// <summary>The newest position when the first page was read.</summary>
    public MessagePosition Top { get; private set; }

    public int Count => _newestFirst.Count;

    /// <summary>The newest offset to read next.</summary>
    public long Last => Count == 0 ? long.MaxValue : _newestFirst[^1].Position.Offset;

    /// <summary>Adds a page.</summary>
    /// <returns>Whether another page has to be read.</returns>
    public bool Add(LogPage page)
    {
        if (Count > 0
            && (page.Top.Position.Epoch != Top.Epoch
                || (page.Entries.Count > 0 && page.Entries[^1].Position != _newestFirst[^1].Position)))
        {
            _newestFirst.Clear();
            _bytes = 0;
            return true;
        }

        if (Count == 0)
            Top = page.Top.Position;
        foreach (var entry in page.Entries.Reverse().Skip(Count == 0 ? 0 : 1))
            if (!TryAdd(entry, page))
                return false;
        return !page.IsLast && Count < room;
    }

    public List<LogPageEntry> OldestFirst() => Enumerable.Reverse(_newestFirst).ToList();

    /// <summary>
    /// Adds an entry that fits and whose offset is the next one. Otherwise the window ends: an entry is missing, or was added by somebody
    /// else, and older ones cannot be reached without a gap.
    /// </summary>
    private bool TryAdd(LogPageEntry entry, LogPage page)
    {
        var expected = Count == 0 ? Top.Offset : Last - 1;
        _bytes += entry.Content.Size;
        var fits = Count < room && (Count == 0 || _bytes <= limits.MaxBytes) && !page.IsTooOld(entry, limits);
        if (!fits || entry.Position.Offset != expected)
            return false;
        if (entry.Content.IsEnd)
            room++;
        _newestFirst.Add(entry);
        return true;
    }
}
