using System.Diagnostics.CodeAnalysis;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Messages;

/// <summary>
/// How a cursor reads a keyed log. It gets each key once, with its newest value, however far it is behind; it is also told where its
/// snapshot begins and ends.
/// </summary>
/// <remarks>
/// A <em>walk</em> reads all keys from the beginning. It skips the removals from before it began, because its reader has been told of no
/// key yet; so none of them can be missing. A reader that continues after a position needs all removals after it. If one of them has been
/// dropped, it gets a reset and begins a walk.
/// </remarks>
/// <param name="log">The log.</param>
/// <param name="key">The only key that is wanted; null for all.</param>
internal sealed class KeyedReading(MessageLog log, string? key)
{
    private readonly KeyedEntries _entries = log.Keyed!;
    private bool _clearDue;
    private bool _startDue;
    private bool _endDue;
    private long _removalsFrom;
    private StoreSnapshot? _snapshot;
    private int _taken;

    /// <summary>How many messages are due to the reader besides the entries.</summary>
    public int Due => _snapshot is not null
        ? _snapshot.Messages.Count - _taken
        : (_clearDue ? 1 : 0) + (_startDue ? 1 : 0) + (_endDue ? 1 : 0);

    /// <summary>Whether only the mark that ends a snapshot is due.</summary>
    public bool IsEndDue => _snapshot is null && _endDue && !_clearDue && !_startDue;

    /// <summary>Whether this is a snapshot, and all of it has been read.</summary>
    public bool IsTaken => _snapshot is not null && Due == 0;

    /// <summary>What the log held when the snapshot was taken; null for an unbounded reader.</summary>
    public StoreSnapshot? Snapshot => _snapshot;

    /// <summary>Where a walk begins. A reader that has received nothing yet resumes after this position, which leads to a walk.</summary>
    public static MessagePosition Beginning(MessageEntry head) => new(head.Position.Epoch, 0, 0);

    /// <summary>Decides where to begin.</summary>
    /// <param name="start">What the reader asked for.</param>
    /// <param name="isLate">Whether it arrived before the log's content was known: what "now" was is then unknown.</param>
    public CursorStart Begin(StartAt start, bool isLate)
    {
        var head = log.Head;
        if (start.Where == StartAt.Kind.Now && !isLate)
            return new CursorStart(null, head.IsEnd ? head.Sequence : head.Sequence + 1, head.Sequence + 1, head.Position);
        _endDue = !head.IsEnd || start.Position != head.Position; // a reader with the id of the end has everything
        if (start.Where == StartAt.Kind.Now)
            return Walk(StoreResetReason.Epoch);
        if (start.Where != StartAt.Kind.After)
            return Walk(null);
        if (start.Position is { } position && position == Beginning(head))
        {
            _clearDue = true; // it may have been told of a reset and nothing else
            return Walk(null);
        }

        // Found before the check for missing removals, so that the check sees a removal that is dropped in between.
        var next = _entries.FindAfter(start.Position?.Offset ?? 0)?.Sequence ?? head.Sequence + 1;
        if (FindFault(start.Position, head) is { } reason)
            return Walk(reason);
        return head.Sequence + 1 < log.FirstReplayable
            ? Walk(log.LastReset!.Message.Reset!.Reason) // the log continues elsewhere, but its newest entry does not show it yet
            : new CursorStart(null, next, head.Sequence + 1, start.Position!.Value);
    }

    /// <summary>Skips the mark that ends a snapshot.</summary>
    public void SkipEnd() => _endDue = false;

    /// <summary>Bounds the reading to what the log holds now. The snapshot is kept until it has been read.</summary>
    public void TakeSnapshot() => _snapshot = log.TakeKeyed(key);

    /// <summary>Reads what comes next.</summary>
    /// <param name="next">The number to read; moves on.</param>
    /// <param name="position">Where the reader is; moves on.</param>
    /// <param name="entry">What was read.</param>
    public bool TryRead(ref long next, ref MessagePosition position, [NotNullWhen(true)] out MessageEntry? entry)
    {
        if (_snapshot is not null)
            return TryTake(ref position, out entry);
        if (TryTakeBeginning(position, out entry))
            return true;
        var head = log.Head;
        for (; log.IsOpen && next <= head.Sequence; head = log.Head)
        {
            var found = _entries.FindNext(next);
            if (next < log.FirstReplayable || Math.Max(next, _removalsFrom) <= _entries.DroppedSequence)
            {
                entry = FallBehind(ref next, ref position);
                return true;
            }

            if (found is null)
                continue; // it has moved to the end since the newest entry was loaded
            if (found.IsEnd && _endDue)
                break;
            next = found.Sequence + 1;
            position = found.Position;
            if (!IsWanted(found))
                continue;
            entry = found;
            return true;
        }

        return TryTakeEnd(next, head, ref position, out entry);
    }

    private bool IsWanted(MessageEntry entry)
    {
        if (entry.IsEnd)
            return entry.Sequence == log.Head.Sequence; // an end that is not the newest entry was undone by a reset
        var isOfWalk = entry.Sequence < _removalsFrom;
        if (isOfWalk && (!entry.IsLive || log.IsExpired(entry)))
            return false;
        return key is null || entry.Message.Key is null || entry.Message.Key == key;
    }

    private CursorStart Walk(StoreResetReason? reset)
    {
        // Read before the newest entry: if the log continues elsewhere between the two reads, the walk begins before what follows and
        // falls behind once more. In the other order it would continue in a log that it has not announced.
        var first = log.FirstReplayable;
        // If the newest entry has not yet removed what it replaces, the walk may find both: then it needs that removal as well.
        var head = log.IsReloading ? log.LastReset! : log.Head;
        _removalsFrom = _entries.SettledSequence >= head.Sequence ? head.Sequence + 1 : head.Sequence;
        _startDue = _endDue = true;
        _clearDue |= reset is not null;
        var beginning = Beginning(head);
        var opening = reset is { } reason ? CursorStart.ResetEntry(reason, beginning) : null;
        return new CursorStart(opening, first, head.Sequence + 1, beginning);
    }

    private StoreResetReason? FindFault(MessagePosition? asked, MessageEntry head)
    {
        if (asked is not { } position)
            return StoreResetReason.Unknown;
        if (position.Epoch != head.Position.Epoch)
            return StoreResetReason.Epoch;
        if (position.Offset > head.Position.Offset || position.Offset == 0)
            return StoreResetReason.Unknown;
        if (position.Offset == head.Position.Offset)
            return position == head.Position ? null : StoreResetReason.Rollback;
        var entry = _entries.FindAt(position.Offset);
        if (entry is null ? log.MayBeLost(position) : entry.Position != position)
            return StoreResetReason.Rollback;
        return position.Offset < _entries.DroppedOffset ? StoreResetReason.Expired : null;
    }

    private MessageEntry FallBehind(ref long next, ref MessagePosition position)
    {
        var reason = log.LastReset is { } reset && reset.Sequence >= next ? reset.Message.Reset!.Reason : StoreResetReason.Slow;
        var walk = Walk(reason);
        next = walk.Next;
        position = walk.Position;
        return walk.Opening!;
    }

    private bool TryTakeBeginning(MessagePosition position, [NotNullWhen(true)] out MessageEntry? entry)
    {
        entry = null;
        if (_clearDue)
            entry = Control(StoreChange.Clear, position);
        else if (_startDue)
            entry = Control(StoreChange.SnapshotStart, position);
        if (_clearDue)
            _clearDue = false;
        else
            _startDue = false;
        return entry is not null;
    }

    private bool TryTakeEnd(long next, MessageEntry head, ref MessagePosition position, [NotNullWhen(true)] out MessageEntry? entry)
    {
        entry = null;
        if (!_endDue || !log.IsOpen || (next <= head.Sequence && !head.IsEnd))
            return false;
        if (log.IsReloading || log.Head != head)
            return false; // there is more to be read, or will be at once
        _endDue = false;
        if (!head.IsEnd)
            position = head.Position;
        entry = Control(StoreChange.SnapshotEnd, position);
        return true;
    }

    private bool TryTake(ref MessagePosition position, [NotNullWhen(true)] out MessageEntry? entry)
    {
        position = _snapshot!.Position;
        entry = Due > 0 ? Kept(_snapshot.Messages[_taken++]) : null;
        return entry is not null;
    }

    private static MessageEntry Kept(StoreMessage message) => new(0, message.Position!.Value, message, message.Content.Size, 0);

    private static MessageEntry Control(StoreChange change, MessagePosition position) =>
        Kept(new StoreMessage(position, MessageContent.OfControl(change, position)));
}
