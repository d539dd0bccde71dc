using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using System.Diagnostics.CodeAnalysis;

namespace Tornadose.SignalR;

/// <summary>
/// A reader's next position on a store's log. It owns no queue: a reader that pauses costs nothing, and learns what it has missed when it
/// reads again. For one reader at a time.
/// </summary>
public sealed class MessageCursor : IDisposable
{
    // Offset 0 always has the tag 0, so no id has this one.
    private const uint NeverIssued = 1;

    private readonly MessageLog _log;
    private readonly SlowConsumerPolicy _policy;
    private readonly KeyedReading? _keyed;
    private Func<CursorStart>? _startLater;
    private long _liveFrom;
    private MessageEntry? _opening;
    private long _next;
    private bool _floating;
    private bool _resumes;
    private bool _disconnected;
    private long _last = long.MaxValue;

    internal MessageCursor(MessageLog log, SlowConsumerPolicy policy, CursorStart start, KeyedReading? keyed = null)
    {
        _log = log;
        _policy = policy;
        _keyed = keyed;
        Begin(start);
    }

    /// <summary>The store's position up to which this cursor has read: resuming after it continues where this cursor is.</summary>
    public MessagePosition Position { get; private set; }

    /// <summary>
    /// The position to resume after: the cursor's own, unless the reset that it opens with is still unread. In that case it is a position
    /// that leads to the reset again, so that the reset is not lost if the connection breaks first.
    /// </summary>
    internal MessagePosition ResumePosition => OpensWithReset ? new MessagePosition(Position.Epoch, 0, NeverIssued) : Position;

    /// <summary>Whether the log moved past this cursor and its store's policy is to disconnect it: nothing more comes.</summary>
    public bool IsDisconnected => _disconnected;

    /// <summary>Whether the store is complete, and this cursor has read all of it: nothing more comes.</summary>
    public bool IsAtEnd => _startLater is null && _log.HasEnd && Behind == 0;

    /// <summary>
    /// Whether nothing will ever be read any more: disconnected, or at the end of a store that is complete or was closed.
    /// </summary>
    /// <remarks>
    /// Completion is checked first: in the other order, a last message that arrives between the two checks would be left unread.
    /// </remarks>
    public bool IsEnded => _disconnected || IsComplete || IsAtEnd || (_log.IsCompleted && Behind == 0);

    /// <summary>Whether a bounded cursor has read everything up to its end: see <see cref="EndHere"/>.</summary>
    internal bool IsComplete => _keyed?.IsTaken ?? (_next > _last && _opening is null);

    /// <summary>How many entries the cursor is behind the log; of a keyed store, an upper bound.</summary>
    public long Behind => Unread + (_keyed?.Due ?? 0) + (_opening is null ? 0 : 1);

    /// <summary>Whether all that is left to read is the mark that ends a keyed log's snapshot.</summary>
    internal bool IsMarkNext => _keyed is { IsEndDue: true } && _startLater is null && _opening is null && Unread == 0;

    /// <summary>Skips that mark if it is all that is left to read.</summary>
    internal void SkipMark()
    {
        if (IsMarkNext)
            _keyed!.SkipEnd();
    }

    private long Unread
    {
        get
        {
            var unread = Math.Max(0, _log.LastSequence - _next + 1);
            if (_keyed is null || unread == 0)
                return unread;
            // many of these numbers belong to entries that have been replaced, but the newest entry exists
            return _keyed.Snapshot is null ? Math.Clamp(_log.Count, 1, unread) : 0;
        }
    }

    /// <summary>Whether the first thing to be read is a reset: the resume was not possible.</summary>
    internal bool OpensWithReset => _opening is { IsReset: true };

    /// <summary>Whether the start is still undecided because the log's content is unknown.</summary>
    internal bool IsPending => _startLater is not null && !_log.IsOpen;

    /// <summary>
    /// Outcome of the resume request: <c>resumed</c>, <c>reset</c> or <c>pending</c>; null if none was made.
    /// Valid only before the first read.
    /// </summary>
    internal string? ResumeResult => !_resumes ? null : IsPending ? "pending" : OpensWithReset ? "reset" : "resumed";

    /// <summary>The sequence number to wait for when nothing could be read.</summary>
    internal long Next => _next;

    internal MessageLog Log => _log;

    /// <summary>Opens a cursor that begins at the given start, at once or as soon as the log's content is known.</summary>
    internal static MessageCursor Open(MessageLog log, SlowConsumerPolicy policy, StartAt start, bool newestWins) =>
        Open(log, policy, () => start, newestWins);

    /// <summary>
    /// The same for a start that depends on the log's content: if that is unknown, the start is evaluated again once it is known.
    /// </summary>
    internal static MessageCursor Open(MessageLog log, SlowConsumerPolicy policy, Func<StartAt> start, bool newestWins)
    {
        var isOpen = log.IsOpen; // read before the start is evaluated, which reads the same
        var first = start();
        var resumes = first.Where == StartAt.Kind.After;
        if (log.Limits.IsKeyed)
            return OpenKeyed(log, policy, start, first, isOpen);
        if (isOpen)
            return new(log, policy, CursorStart.Resolve(log, first, newestWins)) { _resumes = resumes };
        var unknown = new CursorStart(null, 1, 1, first.Position ?? log.Position);
        return new(log, policy, unknown) { _resumes = resumes, _startLater = () => CursorStart.ResolveLate(log, start(), newestWins) };
    }

    private static MessageCursor OpenKeyed(
        MessageLog log, SlowConsumerPolicy policy, Func<StartAt> start, StartAt first, bool isOpen)
    {
        var keyed = new KeyedReading(log, first.Key);
        var resumes = first.Where == StartAt.Kind.After;
        if (isOpen)
            return new(log, policy, keyed.Begin(first, isLate: false), keyed) { _resumes = resumes };
        var unknown = new CursorStart(null, 1, 1, first.Position ?? log.Position);
        return new(log, policy, unknown, keyed) { _resumes = resumes, _startLater = () => keyed.Begin(start(), isLate: true) };
    }

    /// <summary>What keeps the store up to date for this cursor; null if something else does.</summary>
    internal IDisposable? Following { get; set; }

    /// <summary>Stops keeping the store up to date for this cursor. Nothing may be read afterwards.</summary>
    public void Dispose() => Following?.Dispose();

    /// <summary>Bounds the cursor: it ends once it has read what the log holds now. Only for a log that is open.</summary>
    internal void EndHere()
    {
        _last = _log.LastSequence;
        if (_keyed is not null)
            TakeSnapshot(_keyed);
    }

    /// <summary>The values that a bounded cursor reads of a keyed log; null otherwise.</summary>
    internal IReadOnlyList<StoreMessage>? Snapshot => _keyed?.Snapshot?.Messages;

    /// <summary>
    /// The snapshot of a keyed log holds all keys, or the only one asked for, whatever the start: the changes since an id are no document.
    /// </summary>
    private void TakeSnapshot(KeyedReading keyed)
    {
        keyed.TakeSnapshot();
        _opening = null;
        Position = keyed.Snapshot!.Position;
    }

    /// <summary>Reads the next message, or reset, if there is one.</summary>
    /// <param name="message">What was read.</param>
    /// <returns>False when there is nothing to read now.</returns>
    public bool TryRead([NotNullWhen(true)] out StoreMessage? message)
    {
        while (TryRead(out MessageEntry? entry))
            if (!entry.IsEnd)
                return (message = entry.Message) is not null;
        message = null;
        return false;
    }

    /// <summary>Waits until there may be something to read.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when nothing will ever come: see <see cref="IsEnded"/>.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        if (Behind == 0 && !IsEnded)
            await CursorWait.RunAsync(this, cancellationToken).ConfigureAwait(false);
        return !IsEnded;
    }

    internal bool TryRead([NotNullWhen(true)] out MessageEntry? entry)
    {
        if (_startLater is not null && !TryBeginLate())
        {
            entry = null; // the log may open at any moment: nothing is read from it before the start is known
            return false;
        }

        if (_opening is not null && TakeOpening(out entry))
            return true;
        if (_keyed is not null)
            return TryReadKeyed(_keyed, out entry);
        while (_next <= _log.LastSequence && _next <= _last)
        {
            entry = _log.Find(_next);
            if (entry is null || (_next < _liveFrom && _log.IsExpired(entry)))
                return FallBehind(out entry);
            _next++;
            if (entry.Sequence < _liveFrom && !entry.IsLogged)
                continue; // without an id: never replayed
            Position = entry.Position;
            _floating = false;
            // A bounded reader learns otherwise that the store is complete; an end that is not the newest entry was undone by a reset.
            if (entry.IsEnd && (_last != long.MaxValue || entry.Sequence != _log.Head.Sequence))
                continue;
            return true;
        }

        entry = null;
        return false;
    }

    private bool TryReadKeyed(KeyedReading keyed, [NotNullWhen(true)] out MessageEntry? entry)
    {
        var position = Position;
        var read = keyed.TryRead(ref _next, ref position, out entry);
        Position = position;
        return read;
    }

    private bool TryBeginLate()
    {
        if (!_log.IsOpen)
            return false;
        Begin(_startLater!());
        _startLater = null;
        return true;
    }

    private void Begin(CursorStart start)
    {
        _opening = start.Opening;
        _next = start.Next;
        _liveFrom = start.LiveFrom;
        _floating = start.Floating;
        Position = start.Position;
    }

    private bool TakeOpening([NotNullWhen(true)] out MessageEntry? entry)
    {
        entry = _opening!;
        _opening = null;
        if (entry.IsReset)
            return true;
        Position = entry.Position;
        return !_log.IsExpired(entry); // a value that has expired since then counts as none
    }

    private bool FallBehind(out MessageEntry? entry)
    {
        if (_floating)
        {
            // it asked for the oldest message, which was dropped before its first read: it begins with the one that is oldest now
            _next = Math.Max(_next + 1, _log.FirstReplayable);
            if (_last != long.MaxValue)
                EndHere();
            return TryRead(out entry);
        }

        entry = _policy switch
        {
            SlowConsumerPolicy.SkipToLatest => SkipToLatest(),
            SlowConsumerPolicy.Reset => ResetToNow(),
            _ => null,
        };
        _disconnected = _policy == SlowConsumerPolicy.Disconnect;
        return entry is not null;
    }

    private MessageEntry? SkipToLatest()
    {
        if (_log.Latest is { } latest && latest.Sequence >= _next && !_log.IsExpired(latest))
        {
            _next = latest.Sequence + 1;
            Position = latest.Position;
            return latest;
        }

        _next = Math.Max(_next + 1, _log.FirstReplayable);
        return TryRead(out MessageEntry? entry) ? entry : null;
    }

    private MessageEntry ResetToNow()
    {
        var now = CursorStart.Now(_log, _log.Head);
        _next = now.Next;
        Position = now.Position;
        return CursorStart.ResetEntry(StoreResetReason.Slow, now.Position);
    }
}
