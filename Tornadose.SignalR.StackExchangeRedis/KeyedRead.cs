using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>One entry of a keyed store.</summary>
/// <param name="Position">The entry's position.</param>
/// <param name="Content">The change.</param>
/// <param name="PreviousTag">The tag of the previous entry.</param>
/// <param name="Age">How long ago it was appended.</param>
internal readonly record struct KeyedReadEntry(MessagePosition Position, MessageContent Content, uint? PreviousTag, TimeSpan Age);

/// <summary>
/// The entries that a copy of a keyed store lacks: the newest change of each key that has changed since. Never more than the live keys and
/// the kept removals, however far the copy is behind.
/// </summary>
/// <remarks>
/// <para>Whether they continue the copy. If the copy's newest entry is still there, its tag proves it; so does the next entry, which
/// names that tag. If both have been replaced meanwhile, all entries are read and compared: each entry that is not newer than the copy
/// has to be in the copy, and each key of the copy needs the same entry, or one newer than the copy. Otherwise Redis was rolled back and
/// has grown since.</para>
/// <para>The store may change between two pages. A key that has moved to the end is read again, which is correct; a removed key is read as
/// its removal. If that removal has been dropped since the first page, or the log has gone back, reading starts again.</para>
/// </remarks>
/// <param name="Top">The newest position and the secret.</param>
/// <param name="Entries">The entries in the order of the log, possibly several for one key.</param>
/// <param name="Forgotten">The offset of the newest removal that is no longer kept.</param>
internal sealed record KeyedRead(LogTop Top, IReadOnlyList<KeyedReadEntry> Entries, long Forgotten)
{
    private const int MaxPageSize = 1000;
    private const int MaxBeginnings = 10;

    /// <summary>Why the entries do not continue the copy; they are then all entries of the store. Null when they do.</summary>
    public StoreResetReason? Break { get; private init; }

    /// <summary>Reads the entries that a copy lacks, or all entries if it is not open or cannot be continued.</summary>
    /// <exception cref="StoreUnavailableException">Redis does not answer, or keys are removed faster than they can be read.</exception>
    public static async Task<KeyedRead> RunAsync(ILogSource source, MessageLog log, CancellationToken cancellationToken)
    {
        var at = log.Position;
        if (!log.IsOpen)
            return await ReadAsync(source, 1, cancellationToken).ConfigureAwait(false);
        var read = await ReadAsync(source, Math.Max(1, at.Offset), cancellationToken).ConfigureAwait(false);
        if (read.FindBreak(at) is null && read.IsAnchoredAt(at))
            return read;
        if (at.Offset > 1)
            read = await ReadAsync(source, 1, cancellationToken).ConfigureAwait(false);
        var isContinued = read.IsAnchoredAt(at) || read.HasThePastOf(log, at);
        return read with { Break = read.FindBreak(at) ?? (isContinued ? null : StoreResetReason.Rollback) };
    }

    private static async Task<KeyedRead> ReadAsync(ILogSource source, long first, CancellationToken cancellationToken)
    {
        for (var beginning = 0; beginning < MaxBeginnings; beginning++)
            if (await TryReadAsync(source, first, cancellationToken).ConfigureAwait(false) is { } read)
                return read;
        throw new StoreUnavailableException(
            "The keys of a store are removed faster than they can be read. Raise MaxTombstones.", mayBeStored: false);
    }

    /// <returns>Null when reading has to start again.</returns>
    private static async Task<KeyedRead?> TryReadAsync(ILogSource source, long first, CancellationToken cancellationToken)
    {
        var entries = new List<KeyedReadEntry>();
        LogTop? beginning = null, before = null;
        for (var next = first; ; next = entries[^1].Position.Offset + 1)
        {
            var page = await source.ReadAsync(new LogRange(next, long.MaxValue, MaxPageSize, NewestFirst: false), cancellationToken)
                .ConfigureAwait(false);
            if (before is not null && !IsLater(before.Position, page.Top.Position))
                return null;
            beginning ??= page.Top;
            before = page.Top;
            foreach (var entry in page.Entries)
                entries.Add(new KeyedReadEntry(entry.Position, entry.Content, entry.PreviousTag, page.AgeOf(entry)));
            if (!page.IsLast && page.Entries.Count > 0)
                continue;
            var hasMissedRemovals = page.Forgotten > beginning.Position.Offset && next != first;
            return hasMissedRemovals ? null : new KeyedRead(page.Top, entries, page.Forgotten);
        }
    }

    private static bool IsLater(MessagePosition earlier, MessagePosition later) =>
        later == earlier || (later.Epoch == earlier.Epoch && later.Offset > earlier.Offset);

    /// <summary>Why the log is not the copy's, as far as the entries show; otherwise null.</summary>
    private StoreResetReason? FindBreak(MessagePosition at)
    {
        if (Top.FindBreak(at) is { } reason)
            return reason;
        foreach (var entry in Entries)
            if ((entry.Position.Offset == at.Offset && entry.Position.Tag != at.Tag)
                || (entry.Position.Offset == at.Offset + 1 && entry.PreviousTag != at.Tag))
                return StoreResetReason.Rollback;
        return Forgotten > at.Offset ? StoreResetReason.Expired : null;
    }

    /// <summary>
    /// Whether an entry proves that the log is the copy's. After a removal of all keys, the entries before it do not matter.
    /// </summary>
    private bool IsAnchoredAt(MessagePosition at) =>
        at.Offset == 0 || Top.Position == at || Entries.Any(entry =>
            entry.Position == at || entry.Position.Offset == at.Offset + 1
            || (entry.Content.Change == StoreChange.Clear && entry.Position.Offset > at.Offset));

    private bool HasThePastOf(MessageLog log, MessagePosition at)
    {
        var keyed = log.Keyed!;
        var newest = new Dictionary<string, MessagePosition>(StringComparer.Ordinal);
        foreach (var (position, content, _, _) in Entries)
        {
            if (content.Key is not null)
                newest[content.Key] = position;
            var mayBeMissing = content.Change == StoreChange.Delete && position.Offset <= keyed.DroppedOffset;
            if (position.Offset <= at.Offset && keyed.FindAt(position.Offset)?.Position != position && !mayBeMissing)
                return false;
        }

        for (var entry = keyed.FindNext(0); entry is not null; entry = keyed.FindNext(entry.Sequence + 1))
            if (entry.IsLive && !(newest.TryGetValue(entry.Message.Key!, out var found)
                && (found == entry.Position || found.Offset > at.Offset)))
                return false;
        return true;
    }
}
