using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>One node's copy of a store's log. For one caller at a time: the loop that follows the store.</summary>
/// <remarks>
/// The steps, with their numbers in the code. (1) An announcement that continues the copy is appended: its offset is the next one, and its
/// previous tag is that of the copy's newest message. (2) An announcement of a message that the copy has is dropped. (3) For any other,
/// the log is read from the copy's newest message, inclusive, up to the announced one. Later messages are announced too, so messages
/// without a position keep their place between them. (4) If the copy's newest message is there, or the next one names its tag, the
/// messages after it are appended. (5) If more was trimmed, or the next message is too old, readers get a reset <em>expired</em>. If the
/// copy's newest message is now a different one, or the log ends before it, Redis was rolled back: readers get a reset <em>rollback</em>
/// to the last message that both have. Another epoch gives a reset <em>epoch</em>. (6) A reset is followed by the window, read newest
/// first up to the copy's limits of messages, bytes and age.
/// <para>A keyed store keeps only the newest change of each key: <see cref="KeyedRead"/> describes (3) to (6) for it.</para>
/// <para>Invariant: a message is appended only if its predecessor is proved to be the newest message of the copy, unless a reset precedes
/// it or the store's readers need only the newest message.</para>
/// </remarks>
/// <param name="log">The copy.</param>
/// <param name="source">Reads the log from Redis.</param>
/// <param name="time">The clock.</param>
/// <param name="refused">Called for an invalid announcement, and for a foreign message beyond the allowance.</param>
/// <param name="backfilled">Called for each message that was read from the log because it had not come over the bus; not for the window
/// that the copy or a new epoch begins with.</param>
/// <param name="received">Called with trace context and position of a message from the bus whose publisher is traced.</param>
/// <param name="store">The store's name, which changes of keys carry.</param>
internal sealed class LogReplica(MessageLog log, ILogSource source, TimeProvider time, Action refused, Action? backfilled = null,
    Action<string, MessagePosition>? received = null, string store = "")
{
    private const int MaxPageSize = 1000;

    /// <summary>
    /// How long announcements of other epochs are ignored after a read in vain: they cannot be proved, only checked by a read.
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

    /// <summary>Compares a position read from Redis with the copy.</summary>
    /// <param name="top">The newest position in Redis; null when it has no epoch for the store.</param>
    /// <param name="asked">The copy's position when Redis was asked.</param>
    /// <returns>Whether the log has to be read. False while announcements arrive: the next one reveals a missing one, and reading ahead of
    /// a burst larger than the window would lose messages that are on their way. Only a lost last message needs the comparison.</returns>
    public bool IsBehind(MessagePosition? top, MessagePosition asked) => top != asked && log.Position == asked;

    /// <summary>Handles a payload from the bus.</summary>
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
        // The newest value precedes an end, so an end may not skip it.
        var mayNotSkip = !log.Limits.NewestSuffices || log.Limits.IsKeyed || frame.Content.IsEnd;
        if (position.Offset == at.Offset + 1 ? frame.PreviousTag != at.Tag : mayNotSkip)
            return ReadAsync(position.Offset, isMissed: !frame.EndsBatch, cancellationToken); // (3)
        log.Append(position, frame.Content); // (1)
        if (frame.TraceParent is { } traceParent)
            received?.Invoke(traceParent, position);
        return Task.CompletedTask;
    }

    /// <summary>Reads what the copy lacks.</summary>
    /// <param name="last">The last offset to read; <see cref="long.MaxValue"/> for the newest message.</param>
    /// <param name="isMissed">Whether the messages read are assumed lost on the bus.</param>
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

    /// <summary>True if the copy has this message, or no longer keeps that offset; false if it has a different message there.</summary>
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
    /// Reads the log because an announcement names another epoch. Anybody can send one: a false one costs one read in a while.
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
        var room = log.IsOpen ? Math.Max(1, limits.Slots - 1) : limits.Slots; // the reset takes a slot of the ring
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
            // Readers may be waiting, but have read nothing yet: no reset is needed.
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
