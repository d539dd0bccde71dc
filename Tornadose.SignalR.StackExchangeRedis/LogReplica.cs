using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>One node's copy of a store's log. For one caller at a time: the loop that follows the store.</summary>
/// <remarks>
/// The tour, with the numbers found in the code. (1) An announcement that continues the copy is appended: its offset is the next one, and
/// the tag of its predecessor is that of the newest message. (2) One of the past is dropped. (3) At any other the log is read, from the
/// newest message of the copy, that message included, up to the one announced: what came after it is announced as well, and the messages
/// without a position between them keep their place. (4) If the copy's newest message is there, or the next one names its tag, what
/// follows is appended. (5) If more was trimmed, or what follows is too old, readers get a reset <em>expired</em>; if it is another one,
/// or the log ends before it, Redis was rolled back: a reset <em>rollback</em>, to the last message that both have; another
/// epoch: a reset <em>epoch</em>.
/// (6) After a reset comes the window, read newest first, until it has as many messages or bytes as the copy keeps, or messages that are
/// too old.
/// <para>Of a keyed store only the newest change of each key is there to be read: <see cref="KeyedRead"/> says how (3) to (6) are done
/// then.</para>
/// <para>Invariant: nothing is appended whose predecessor is not proved to be the log's newest message, unless a reset says so, or the
/// store's readers want only the newest.</para>
/// </remarks>
/// <param name="log">The copy.</param>
/// <param name="source">Where the log is read.</param>
/// <param name="time">The clock.</param>
/// <param name="refused">Called for what does not come from the script, or is more than others may send.</param>
/// <param name="backfilled">Called for each message that was read from the log because it had not come over the bus; not for those that a
/// life of the log begins with.</param>
/// <param name="received">Called with the context and the id of a message that came over the bus, when its publisher is traced.</param>
/// <param name="store">The store's name, which changes of keys tell.</param>
internal sealed class LogReplica(MessageLog log, ILogSource source, TimeProvider time, Action refused, Action? backfilled = null,
    Action<string, MessagePosition>? received = null, string store = "")
{
    private const int MaxPageSize = 1000;

    /// <summary>
    /// An announcement of another epoch cannot be proved, only looked into. Once that was for nothing, not again for so long.
    /// </summary>
    private static readonly TimeSpan UnprovedPause = TimeSpan.FromSeconds(1);

    private readonly ForeignAllowance _foreign = new(log, time);
    private string _seal = "";
    private long? _lookedInVain;

    public MessageLog Log => log;

    /// <summary>Whether the copy includes the position, so that a resume after it can be decided on here.</summary>
    public bool Knows(MessagePosition position)
    {
        var at = log.Position;
        return log.IsOpen && at.Epoch == position.Epoch && at.Offset >= position.Offset;
    }

    /// <summary>Compares a position that Redis has told with the copy.</summary>
    /// <param name="top">What Redis said; null when it has no epoch for the store.</param>
    /// <param name="asked">The copy's position when it was asked.</param>
    /// <returns>Whether the log has to be read. Not while announcements come: one that is missing between them is found by the next one,
    /// and to read ahead of a burst that is larger than the window would lose what is on its way. Only a lost last message needs the
    /// comparison.</returns>
    public bool IsBehind(MessagePosition? top, MessagePosition asked) => top != asked && log.Position == asked;

    /// <summary>Takes what came over the bus.</summary>
    public Task TakeAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (!BusFrame.TryParse(payload, out var frame, store))
        {
            refused();
            return Task.CompletedTask;
        }

        if (frame.Position is not { } position)
        {
            TakeForeign(frame.Content);
            return Task.CompletedTask;
        }

        var at = log.Position;
        if (position.Epoch != at.Epoch)
            return LookAsync(cancellationToken);
        if (!frame.IsProved(_seal))
        {
            refused();
            return Task.CompletedTask;
        }

        if (position.Offset <= at.Offset)
            return IsPast(position) ? Task.CompletedTask : ReadAsync(long.MaxValue, isMissed: true, cancellationToken); // (2)
        // The newest value is what comes before an end.
        var mayNotSkip = !log.Limits.NewestSuffices || log.Limits.IsKeyed || frame.Content.IsEnd;
        if (position.Offset == at.Offset + 1 ? frame.PreviousTag != at.Tag : mayNotSkip)
            return ReadAsync(position.Offset, isMissed: !frame.EndsBatch, cancellationToken); // (3)
        log.Append(position, frame.Content); // (1)
        if (frame.TraceParent is { } traceParent)
            received?.Invoke(traceParent, position);
        return Task.CompletedTask;
    }

    /// <summary>Reads what the copy lacks.</summary>
    /// <param name="last">Up to which offset; <see cref="long.MaxValue"/> for the newest message.</param>
    /// <param name="isMissed">Whether what is read has not come over the bus, as far as is known.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task ReadAsync(long last, bool isMissed, CancellationToken cancellationToken)
    {
        if (log.Limits.IsKeyed)
        {
            await ReadKeyedAsync(isMissed, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (!log.IsOpen)
        {
            await ReadWindowAsync(StoreResetReason.Epoch, cancellationToken).ConfigureAwait(false);
            return;
        }

        while (true)
        {
            var at = log.Position;
            var page = await source.ReadAsync(
                new LogRange(Math.Max(1, at.Offset), last, MaxPageSize, NewestFirst: false), cancellationToken).ConfigureAwait(false);
            if (page.FindBreak(at, log.Limits) is { } reason)
            {
                await ReadWindowAsync(reason, cancellationToken).ConfigureAwait(false); // (5)
                return;
            }

            AppendAll(page.Entries.Where(entry => entry.Position.Offset > at.Offset), page, isMissed ? backfilled : null); // (4)
            if (page.IsLast || log.Position == at || log.Position.Offset >= last)
                return;
        }
    }

    /// <summary>The position before an entry. Its tag is not known, unless it is that of an empty log.</summary>
    private static MessagePosition Before(MessagePosition position) => new(position.Epoch, position.Offset - 1, 0);

    /// <summary>Whether the copy has this message, or is too far ahead to know. False: it has another one of that number.</summary>
    private bool IsPast(MessagePosition position)
    {
        var entry = Find(position.Offset);
        return entry is null || entry.Position.Tag == position.Tag;
    }

    private MessageEntry? Find(long offset) => log.Keyed is { } keyed
        ? keyed.FindAt(offset)
        : log.Find(CursorStart.FindOffset(log, log.Head, offset)) is { IsLogged: true } entry
            && entry.Position.Offset == offset ? entry : null;

    private void TakeForeign(MessageContent content)
    {
        if (_foreign.TryTake())
            log.AppendWithoutPosition(content);
        else
            refused();
    }

    /// <summary>
    /// Reads because somebody says that there is another epoch. Anybody can: what turns out to be wrong costs one read in a while.
    /// </summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if (_lookedInVain is { } looked && time.GetElapsedTime(looked) < UnprovedPause)
            return;
        var epoch = log.Position.Epoch;
        await ReadAsync(long.MaxValue, isMissed: true, cancellationToken).ConfigureAwait(false);
        _lookedInVain = log.Position.Epoch == epoch ? time.GetTimestamp() : null;
    }

    private async Task ReadKeyedAsync(bool isMissed, CancellationToken cancellationToken)
    {
        var read = await KeyedRead.RunAsync(source, log, cancellationToken).ConfigureAwait(false);
        if (read.Break is null && log.IsOpen)
        {
            AppendAll(read.Entries.Where(entry => entry.Position.Offset > log.Position.Offset), isMissed ? backfilled : null);
            return;
        }

        _seal = read.Top.Seal;
        var origin = new MessagePosition(read.Top.Position.Epoch, 0, 0);
        if (log.IsOpen)
        {
            log.Reload(
                read.Break!.Value, origin, read.Entries.Select(static entry => (entry.Position, entry.Content, entry.Age)),
                read.Forgotten);
            return;
        }

        log.BeginAt(origin);
        AppendAll(read.Entries, count: null);
        log.ForgetRemovals(read.Forgotten);
        log.Open();
    }

    private void AppendAll(IEnumerable<KeyedReadEntry> entries, Action? count)
    {
        foreach (var entry in entries)
        {
            log.Append(entry.Position, entry.Content, entry.Age);
            count?.Invoke();
        }
    }

    private async Task ReadWindowAsync(StoreResetReason reason, CancellationToken cancellationToken) // (6)
    {
        var limits = log.Limits;
        var room = log.IsOpen ? Math.Max(1, limits.Slots - 1) : limits.Slots; // a reset takes a place in the ring itself
        var window = new LogWindow(room, limits);
        LogPage page;
        do
        {
            page = await source.ReadAsync(
                new LogRange(1, window.Last, Math.Min(MaxPageSize, room - window.Count + 1), NewestFirst: true),
                cancellationToken).ConfigureAwait(false);
        }
        while (window.Add(page));
        Restart(reason, window, page);
    }

    private void Restart(StoreResetReason reason, LogWindow window, LogPage page)
    {
        _seal = page.Top.Seal;
        var entries = window.OldestFirst();
        if (!log.IsOpen)
        {
            // Readers have come, perhaps, and read nothing yet: there is nothing to be reset.
            log.BeginAt(entries.Count > 0 ? Before(entries[0].Position) : window.Top);
            AppendAll(entries, page, count: null);
            log.Open();
            return;
        }

        var common = reason == StoreResetReason.Rollback
            ? entries.FindLastIndex(entry => Find(entry.Position.Offset)?.Position == entry.Position)
            : -1;
        if (reason == StoreResetReason.Rollback && common < 0)
            // readers may have seen some of these: none is repeated
            entries = log.Limits.NewestSuffices ? entries.TakeLast(entries is [.., { Content.IsEnd: true }] ? 2 : 1).ToList() : [];
        var after = common >= 0 ? entries[common].Position : entries.Count > 0 ? Before(entries[0].Position) : window.Top;
        log.AppendReset(reason, after);
        AppendAll(entries.Skip(common + 1), page, reason == StoreResetReason.Epoch ? null : backfilled);
    }

    private void AppendAll(IEnumerable<LogPageEntry> entries, LogPage page, Action? count)
    {
        foreach (var entry in entries)
        {
            log.Append(entry.Position, entry.Content, page.AgeOf(entry));
            count?.Invoke();
        }
    }
}
