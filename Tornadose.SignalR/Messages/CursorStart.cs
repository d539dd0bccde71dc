using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Messages;

/// <summary>Where a cursor begins: decided once, when it is opened, from one view of the log.</summary>
/// <param name="Opening">What the reader gets before anything else: a reset, or the latest value.</param>
/// <param name="Next">The sequence number to read after that.</param>
/// <param name="LiveFrom">Entries from here on were appended after the cursor was opened.</param>
/// <param name="Position">The reader's position before its first read.</param>
/// <param name="Floating">The reader asked for the oldest message, not for a certain one: if that is dropped before the first read, the
/// next oldest takes its place.</param>
internal readonly record struct CursorStart(
    MessageEntry? Opening, long Next, long LiveFrom, MessagePosition Position, bool Floating = false)
{
    /// <param name="log">The log.</param>
    /// <param name="start">What the reader asked for.</param>
    /// <param name="newestWins">A data store: any id but the current one gets the newest value instead of a replay or a reset.</param>
    public static CursorStart Resolve(MessageLog log, StartAt start, bool newestWins)
    {
        var head = log.Head;
        return start.Where switch
        {
            StartAt.Kind.Latest => Latest(log, head),
            StartAt.Kind.Earliest => Before(log, log.FirstReplayable, head) with { Floating = true },
            StartAt.Kind.Last => Before(log, FindOffset(log, head, NewestOffset(head) - start.Count + 1), head) with { Floating = true },
            StartAt.Kind.After when newestWins => Newest(log, head, start),
            StartAt.Kind.After => Resume(log, head, start),
            _ => Now(log, head),
        };
    }

    /// <summary>
    /// The same for a reader that arrived before the log's content was known. A "from now" reader that arrived while the log was loading
    /// cannot know what it missed, so it starts with a reset.
    /// </summary>
    public static CursorStart ResolveLate(MessageLog log, StartAt start, bool newestWins)
    {
        log.TrimExpired();
        var resolved = Resolve(log, start, newestWins);
        return start.Where == StartAt.Kind.Now
            ? resolved with { Opening = ResetEntry(StoreResetReason.Epoch, resolved.Position) }
            : resolved;
    }

    public static MessageEntry ResetEntry(StoreResetReason reason, MessagePosition position) =>
        new(0, position, new StoreMessage(new StoreReset(reason, position)), 0, 0);

    /// <summary>
    /// Starts after the newest entry. In a completed store it starts at the end, which this reader has not been told of yet.
    /// </summary>
    public static CursorStart Now(MessageLog log, MessageEntry head) =>
        head.IsEnd ? Before(log, head.Sequence, head) : At(head.Sequence + 1, head);

    private static long NewestOffset(MessageEntry head) => head.IsEnd ? head.Position.Offset - 1 : head.Position.Offset;

    private static CursorStart At(long next, MessageEntry head) => new(null, next, head.Sequence + 1, head.Position);

    private static CursorStart Before(MessageLog log, long next, MessageEntry head) =>
        At(next, head) with
        {
            Position = next <= head.Sequence && log.Find(next) is { } entry ? log.PositionBefore(entry) : head.Position,
        };

    /// <summary>
    /// Only messages without an id can stand between the latest message and the head. They are skipped without a search, because they may
    /// have been dropped.
    /// </summary>
    private static CursorStart Latest(MessageLog log, MessageEntry head)
    {
        if (log.Latest is not { } latest)
            return Now(log, head);
        var live = head.IsEnd ? head.Sequence : Math.Max(head.Sequence, latest.Sequence) + 1;
        return new(latest, live, live, log.PositionBefore(latest));
    }

    private static CursorStart Newest(MessageLog log, MessageEntry head, StartAt start)
    {
        if (start.Position == head.Position)
            return At(head.Sequence + 1, head);
        if (head.IsEnd && log.Latest is { } kept && start.Position == kept.Position)
            return Now(log, head) with { Position = kept.Position };
        return log.Latest is null ? Resume(log, head, start) : Latest(log, head);
    }

    private static CursorStart Resume(MessageLog log, MessageEntry head, StartAt start)
    {
        var failure = start.Position is { } position
            ? TryResume(log, head, position, out var next)
            : Fail(StoreResetReason.Unknown, out next);
        if (failure is not { } reason)
            return At(next, head) with { Position = start.Position!.Value };
        var after = start.EarliestOnReset ? Before(log, log.FirstReplayable, head) : Now(log, head);
        return after with { Opening = ResetEntry(reason, after.Position), Floating = start.EarliestOnReset };
    }

    private static StoreResetReason? TryResume(MessageLog log, MessageEntry head, MessagePosition position, out long next)
    {
        next = head.Sequence + 1;
        if (position == head.Position && (log.Limits.Capacity > 0 || head.IsEnd))
            return null;
        if (IsPositionOfReset(log, position, ref next) || IsOrigin(log, head, position, ref next))
            return null;
        if (position.Epoch != head.Position.Epoch)
            return StoreResetReason.Epoch;
        if (position.Offset > head.Position.Offset)
            return StoreResetReason.Unknown;
        var found = FindOffset(log, head, Math.Max(1, position.Offset));
        if (log.Find(found) is not { IsLogged: true } entry)
            return StoreResetReason.Expired;
        if (position.Offset == 0)
            return ResumeAtOrigin(position, entry, out next);
        if (entry.Position.Offset != position.Offset)
            return StoreResetReason.Expired;
        if (entry.Position.Tag != position.Tag)
            return StoreResetReason.Rollback;
        next = entry.Sequence + 1;
        return null;
    }

    /// <summary>The id that the last reset announced: a reader that has read nothing since gets what followed the reset.</summary>
    private static bool IsPositionOfReset(MessageLog log, MessagePosition position, ref long next)
    {
        if (log.Find(log.FirstReplayable - 1) is not { IsReset: true } reset || reset.Position != position)
            return false;
        next = reset.Sequence + 1;
        return true;
    }

    /// <summary>
    /// Where this copy of an older log began. A reader from the earliest message has this id before its first read; it gets everything
    /// since, if all of that is still kept.
    /// </summary>
    private static bool IsOrigin(MessageLog log, MessageEntry head, MessagePosition position, ref long next)
    {
        if (position.Offset == 0 || log.Limits.Capacity == 0 || log.FirstReplayable != 1 || log.Origin != position)
            return false;
        next = FindOffset(log, head, position.Offset + 1);
        return true;
    }

    /// <summary>The id of an empty store: the reader needs everything since, from the very first message on.</summary>
    private static StoreResetReason? ResumeAtOrigin(MessagePosition position, MessageEntry oldest, out long next)
    {
        next = oldest.Sequence;
        if (position.Tag != 0)
            return StoreResetReason.Unknown;
        return oldest.Position.Offset == 1 ? null : StoreResetReason.Expired;
    }

    private static StoreResetReason? Fail(StoreResetReason reason, out long next)
    {
        next = 0;
        return reason;
    }

    /// <summary>
    /// The sequence number of the first replayable entry at or after the offset. Offsets never decrease along the ring, so a binary search
    /// finds it; entries that the writer drops meanwhile were the oldest and count as too small.
    /// </summary>
    public static long FindOffset(MessageLog log, MessageEntry head, long offset)
    {
        var low = log.FirstReplayable;
        var high = head.Sequence + 1;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (log.Find(middle) is { } entry && entry.Position.Offset >= offset)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
