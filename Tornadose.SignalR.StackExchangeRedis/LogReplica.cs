using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// One node's copy of a store's log: it takes announcements as they come over the bus, says what has to be read where they do not fit, and merges what was read. It does no I/O
/// and knows no time.
/// </summary>
/// <remarks>
/// The tour, with the numbers found in the code. (1) An announcement that continues the log is appended at once: its offset is the next one, and the tag of its predecessor is
/// that of the newest message. (2) One of the past is dropped. (3) Any other waits, and the log is read from the newest message on, that message included: it must still be there
/// with the same tag. (4) If it is there, what follows it is appended. (5) If it was trimmed, readers get a reset, and what is kept. (6) If it is another one, or the log ends before it,
/// Redis was rolled back: the log is read once more to find the last message that both have; readers get a reset to there, and what follows. (7) Another epoch: a reset, and all that is kept.
/// (8) Then what waits is taken in its place between what was read.
/// <para>Invariant: nothing is appended whose predecessor is not proved to be the log's newest message, unless a reset says so, or the store's readers want only the newest.</para>
/// </remarks>
/// <param name="log">The copy.</param>
/// <param name="waiting">Where announcements wait.</param>
/// <param name="refused">Called for an announcement that did not come from the script.</param>
/// <param name="received">Called with the context and the id of a message that came over the bus, when its publisher is traced.</param>
internal sealed class LogReplica(MessageLog log, WaitingFrames waiting, Action refused, Action<string, MessagePosition>? received = null)
{
    private readonly Lock _gate = new();
    private string _seal = "";
    private bool _begun;
    private bool _loading;
    private bool _frozen = true;

    public MessageLog Log => log;

    /// <summary>How many messages were read from the log that had not come over the bus, not counting those that a life of the log began with.</summary>
    public int Backfilled { get; private set; }

    /// <summary>Whether the copy includes the position, so that a resume after it can be decided on here.</summary>
    public bool Knows(MessagePosition position)
    {
        var at = log.Position;
        return log.IsOpen && at.Epoch == position.Epoch && at.Offset >= position.Offset;
    }

    /// <summary>Takes what came over the bus.</summary>
    /// <returns>Whether the log has to be read, and nobody is reading it.</returns>
    public bool Receive(ReadOnlyMemory<byte> payload)
    {
        if (!BusFrame.TryParse(payload, out var frame))
        {
            refused();
            return false;
        }

        lock (_gate)
        {
            if (!_frozen && waiting.IsEmpty && TryApply(frame))
                return false;
            waiting.Add(frame);
            if (!_frozen)
                TakeWhatContinues();
            return !_loading && !waiting.IsEmpty;
        }
    }

    /// <summary>Compares a position that Redis has told with the copy.</summary>
    /// <param name="top">What Redis said; null when it has no epoch for the store.</param>
    /// <param name="asked">The copy's position when it was asked.</param>
    /// <returns>Whether the log has to be read, and nobody is reading it.</returns>
    public bool IsStale(MessagePosition? top, MessagePosition asked)
    {
        lock (_gate)
        {
            var at = log.Position;
            if (_loading || top == at || top == asked)
                return false;
            var isBetween = top is { } newest && newest.Epoch == at.Epoch && newest.Offset > asked.Offset && newest.Offset < at.Offset;
            return !isBetween; // for what has come since it was asked
        }
    }

    /// <summary>Begins to read.</summary>
    public ReadPlan Begin()
    {
        lock (_gate)
        {
            _loading = true;
            return _begun ? CatchUp() : Plan(ReadPurpose.Window, 0);
        }
    }

    /// <summary>Gives up reading for now. What waits goes on waiting.</summary>
    public void GiveUp()
    {
        lock (_gate)
            _loading = false;
    }

    /// <summary>Merges what was read.</summary>
    /// <returns>What has to be read next; null when the copy is up to date.</returns>
    public ReadPlan? Merge(ReadPlan plan, LogPage page)
    {
        lock (_gate)
        {
            if (plan.Purpose != ReadPurpose.Window && page.Top.Position.Epoch != plan.Known.Epoch)
                return Freeze(ReadPurpose.Window, 0);
            return plan.Purpose switch
            {
                ReadPurpose.Window => MergeWindow(plan, page),
                ReadPurpose.Compare => MergeCompared(plan, page),
                _ => MergeNext(plan, page),
            };
        }
    }

    private ReadPlan CatchUp() => Plan(ReadPurpose.CatchUp, log.Position.Offset);

    private ReadPlan Plan(ReadPurpose purpose, long from) => new(purpose, from, log.Position, waiting.LastNumber);

    /// <summary>From here on nothing is appended directly: a decision about all of the log is pending.</summary>
    private ReadPlan Freeze(ReadPurpose purpose, long from)
    {
        _frozen = true;
        return Plan(purpose, from);
    }

    /// <summary>
    /// Takes of what waits all that continues the log by now. Client libraries hand announcements on in any order, and one that was only overtaken need not be read: by the time the answer is here, a
    /// burst may have pushed it out of the window.
    /// </summary>
    private void TakeWhatContinues()
    {
        for (var moved = true; moved;)
        {
            while (waiting.TryPeek(out _, out var first) && TryApply(first))
                waiting.Remove();
            var at = log.Position;
            moved = waiting.TryFind(at.Offset + 1, out var next) && TryApply(next) && log.Position != at; // it is one of the past when its turn comes
        }
    }

    private bool TryApply(BusFrame frame)
    {
        if (frame.Position is not { } position)
        {
            log.AppendWithoutPosition(frame.Content);
            return true;
        }

        var at = log.Position;
        if (position.Epoch != at.Epoch)
            return false;
        if (!frame.IsProved(_seal))
        {
            refused();
            return true;
        }

        if (position.Offset <= at.Offset)
            return IsPast(position); // (2)
        if (position.Offset == at.Offset + 1 ? frame.PreviousTag != at.Tag : !log.Limits.NewestSuffices)
            return false; // (3)
        log.Append(position, frame.Content); // (1)
        if (frame.TraceParent is { } traceParent)
            received?.Invoke(traceParent, position);
        return true;
    }

    /// <summary>Whether the copy has this message, or is too far ahead to know. False: it has another one of that number.</summary>
    private bool IsPast(MessagePosition position)
    {
        var entry = log.Find(CursorStart.FindOffset(log, log.Head, position.Offset));
        return entry is not { IsLogged: true } || entry.Position.Offset != position.Offset || entry.Position.Tag == position.Tag;
    }

    private ReadPlan? MergeNext(ReadPlan plan, LogPage page)
    {
        var top = page.Top.Position;
        if (top.Offset < plan.Known.Offset || (top.Offset == plan.Known.Offset && top.Tag != plan.Known.Tag))
            return FreezeToCompare(); // (6)
        var at = log.Position; // may have moved on since
        if (top.Offset <= at.Offset)
            return Finish(plan, page, []);
        if (!page.IsLast && page.Entries is [.., var final] && final.Position.Offset < at.Offset)
            return CatchUp();
        var next = page.Entries.Where(entry => entry.Position.Offset > at.Offset).ToList();
        var newest = page.Entries.FirstOrDefault(entry => entry.Position.Offset == at.Offset);
        if (newest.Position.Offset == at.Offset && at.Offset > 0 && newest.Position.Tag != at.Tag)
            return FreezeToCompare(); // (6)
        var continues = newest.Position == at || (at.Offset == 0 && next is [{ Position.Offset: 1 }, ..]) || (log.Limits.NewestSuffices && next.Count > 0);
        return Finish(plan, page, continues ? next : Restart(StoreResetReason.Expired, next, top)); // (4), (5)
    }

    private ReadPlan? MergeWindow(ReadPlan plan, LogPage page) // (7)
    {
        var age = log.Limits.MaxAge;
        var kept = page.Entries.SkipWhile(entry => age is not null && page.Now - entry.Time > age.Value.TotalMilliseconds).ToList();
        _begun = true;
        return Finish(plan, page, Restart(StoreResetReason.Epoch, kept, page.Top.Position));
    }

    /// <summary>A reset to before the first of the entries. It takes a place in the ring itself: filled up, the ring would drop it before anybody has read it.</summary>
    private List<LogPageEntry> Restart(StoreResetReason reason, List<LogPageEntry> entries, MessagePosition top)
    {
        var kept = log.IsOpen ? entries.TakeLast(Math.Max(1, log.Limits.Slots - 1)).ToList() : entries;
        log.AppendReset(reason, kept.Count > 0 ? LogPage.Before(kept[0].Position) : top);
        return kept;
    }

    private ReadPlan FreezeToCompare() => Freeze(ReadPurpose.Compare, log.Find(log.FirstReplayable)?.Position.Offset ?? log.Position.Offset);

    private ReadPlan? MergeCompared(ReadPlan plan, LogPage page) // (6)
    {
        var common = page.Entries.TakeWhile(Has).ToList();
        if (common.Count > 0 && common.Count == page.Entries.Count && !page.IsLast)
            return Freeze(ReadPurpose.Compare, common[^1].Position.Offset);
        var next = page.Entries.Skip(common.Count).ToList();
        if (common.Count == 0)
            next = log.Limits.NewestSuffices ? next.TakeLast(1).ToList() : []; // readers may have seen some of these: none is repeated
        if (common.Count == 0 || next.Count == 0)
            next = Restart(StoreResetReason.Rollback, next, page.Top.Position);
        else
            log.AppendReset(StoreResetReason.Rollback, common[^1].Position);
        return Finish(plan, next.Count == 0 ? page with { IsLast = true } : page, next);
    }

    private bool Has(LogPageEntry entry) =>
        log.Find(CursorStart.FindOffset(log, log.Head, entry.Position.Offset)) is { IsLogged: true } own && own.Position == entry.Position;

    private ReadPlan? Finish(ReadPlan plan, LogPage page, List<LogPageEntry> entries)
    {
        _seal = page.Top.Seal;
        var merge = new LogMerge(log, entries);
        if (!page.IsLast)
        {
            merge.AppendAll();
            Count(plan, merge);
            return CatchUp();
        }

        var done = TakeWaiting(merge, plan.Mark, page.Top.Position.Offset);
        Count(plan, merge);
        if (!log.IsOpen)
            log.Open();
        _frozen = false;
        _loading = !done;
        return done ? null : CatchUp();
    }

    private void Count(ReadPlan plan, LogMerge merge) => Backfilled += plan.Purpose == ReadPurpose.Window ? 0 : merge.Appended;

    private bool TakeWaiting(LogMerge merge, long mark, long top) // (8)
    {
        merge.AppendUpTo(waiting.FirstOffset - 1);
        while (waiting.TryPeek(out var number, out var frame))
        {
            var offset = frame.Position?.Offset ?? 0;
            merge.AppendUpTo(offset - 1);
            var isForgotten = number <= mark && offset > top;
            if (!isForgotten && !TryApply(frame) && number > mark)
                break; // came after the read had begun: the next read knows it

            waiting.Remove();
        }

        merge.AppendAll();
        return waiting.IsEmpty && !merge.IsBroken;
    }
}
