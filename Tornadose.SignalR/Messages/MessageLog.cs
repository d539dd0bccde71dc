using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Backplanes;

/// <summary>
/// The ring of a store's last messages. One writer at a time appends; any number of readers read without a lock.
/// </summary>
/// <remarks>
/// <para>How readers work without a lock. Entries are immutable and carry their sequence number. A reader (1) loads the newest entry,
/// which says up to where there is something to read, (2) loads the slot of the number that it wants, and (3) checks that the entry there
/// carries this number. Where the writer has lapped the reader or has dropped the entry, the check fails, and that <em>is</em> the reset:
/// nothing else has to be noticed, counted or told.</para>
/// <para>The writer fills the slot (<c>MessageRing</c>) before it publishes the entry as newest, and publishes a grown ring before that;
/// so a reader that has seen the newest entry finds the slots that belong to it.</para>
/// <para>Sequence numbers are this process's own and have no gaps. They are not offsets: messages without an id, and
/// resets, take a slot too, so that every reader meets them in their place.</para>
/// <para>A keyed log (<see cref="MessageLogLimits.MaxKeys"/>) is the same log, compacted: instead of a ring it keeps the newest entry of
/// each key. Missing numbers have been replaced by later ones, or were removals that it has forgotten. <c>KeyedEntries</c> explains how
/// its readers work without a lock.</para>
/// </remarks>
public sealed class MessageLog
{
    /// <summary>How many attempts at a snapshot are made without the lock.</summary>
    private const int MaxWalks = 8;

    /// <summary>How many losses a keyed log remembers: see <see cref="MayBeLost"/>.</summary>
    private const int MaxLost = 16;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly KeyedEntries? _keyed;
    private MessageEntry? _lastReset;
    private MessagePosition[] _lost = [];
    private MessagePosition _origin;
    private MessageLogLimits _limits;
    private MessageRing _ring;
    private MessageEntry _head;
    private MessageEntry? _latest;
    private long _floor = 1;
    private bool _open = true;
    private bool _completed;

    /// <summary>Makes an empty log.</summary>
    /// <param name="limits">How much to keep.</param>
    /// <param name="origin">The position before the first message.</param>
    /// <param name="time">The clock for <see cref="MessageLogLimits.MaxAge"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range, or the offset is negative.</exception>
    public MessageLog(MessageLogLimits limits, MessagePosition origin, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfNegative(origin.Offset, nameof(origin));
        _limits = limits.Validate();
        _time = time;
        _origin = origin;
        if (limits.IsKeyed)
            _keyed = new KeyedEntries();
        else
            _ring = new MessageRing(limits.Slots);
        _head = new MessageEntry(0, origin, new StoreMessage(origin, default), 0, time.GetTimestamp());
        Signal = new AppendSignal(this);
    }

    /// <summary>
    /// Makes a log whose content is kept elsewhere and has not been read yet. The writer sets where it begins (<see cref="BeginAt"/>, or
    /// <see cref="AppendReset"/> where it may have to begin again later), appends what it finds, and calls <see cref="Open"/>. Cursors may
    /// be opened before that; they begin once the log is open.
    /// </summary>
    /// <param name="limits">How much to keep.</param>
    /// <param name="time">The clock for <see cref="MessageLogLimits.MaxAge"/>.</param>
    public MessageLog(MessageLogLimits limits, TimeProvider time)
        : this(limits, default, time) => _open = false;

    /// <summary>Whether the content is known, so that resumes can be decided.</summary>
    public bool IsOpen => Volatile.Read(ref _open);

    /// <summary>The store's current position: that of the newest message.</summary>
    public MessagePosition Position => Head.Position;

    /// <summary>How many messages, resets included, are kept at the moment.</summary>
    public int Count => _keyed?.Count ?? (int)Math.Max(0, LastSequence - _ring.First + 1);

    /// <summary>The bytes of payload and event types, or of keys and values, that are kept at the moment.</summary>
    public long Bytes => _keyed?.Bytes ?? _ring.Bytes;

    /// <summary>How much is kept. A change takes effect at once; readers that lose messages by it are told when they reach them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range, or would change whether the log is keyed.</exception>
    public MessageLogLimits Limits
    {
        get => _limits;
        set
        {
            value.Validate();
            if (value.IsKeyed != _limits.IsKeyed)
                throw new ArgumentOutOfRangeException(nameof(value), "Whether a log is keyed cannot be changed.");
            lock (_gate)
            {
                _limits = value;
                if (_keyed is not null)
                {
                    _keyed.DropTombstones(value.MaxTombstones);
                    return;
                }

                if (value.Capacity == 0)
                    ForgetUntil(_head.IsEnd ? _head.Sequence - 1 : _head.Sequence);
                Trim();
            }
        }
    }

    /// <summary>
    /// Whether the store is complete: its newest entry is the end (<see cref="MessageContent.IsEnd"/>), after which its backplane appends
    /// nothing. The end takes no slot of a message, and does not expire.
    /// </summary>
    public bool HasEnd => IsOpen && Head.IsEnd;

    /// <summary>Whether nothing will ever be appended again. Readers read what there is, and then end.</summary>
    public bool IsCompleted => Volatile.Read(ref _completed);

    internal AppendSignal Signal { get; }

    /// <summary>The entries by key; null for a log that is not keyed.</summary>
    internal KeyedEntries? Keyed => _keyed;

    /// <summary>The newest reset that was announced to all readers; null when there was none.</summary>
    internal MessageEntry? LastReset => Volatile.Read(ref _lastReset);

    /// <summary>The position before the first message that was ever appended.</summary>
    internal MessagePosition Origin => _origin;

    internal MessageEntry Head => Volatile.Read(ref _head);

    /// <summary>The newest message with a position, except the end; whether or not its slot is still kept.</summary>
    internal MessageEntry? Latest => Volatile.Read(ref _latest);

    internal long LastSequence => IsOpen ? Head.Sequence : 0;

    /// <summary>The oldest sequence number that a resume, a replay or a snapshot may use: later than the last reset.</summary>
    internal long FirstReplayable => Math.Max(_ring.First, Volatile.Read(ref _floor));

    /// <summary>Appends a message at the position that the backplane gave it, and wakes the readers.</summary>
    /// <param name="position">The position; its offset follows that of <see cref="Position"/>, unless a reset came between.</param>
    /// <param name="content">The message.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset is less than 1, or not after that of <see cref="Position"/> in the
    /// same epoch.</exception>
    /// <param name="age">How old the message is already, if it was read from storage that outlives the process.
    /// <see cref="MessageLogLimits.MaxAge"/> includes this age.</param>
    public void Append(MessagePosition position, MessageContent content, TimeSpan age = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(position.Offset, 1, nameof(position));
        lock (_gate)
        {
            // Readers find offsets by binary search: one that goes back would hide all that follow.
            if (position.Epoch == _head.Position.Epoch && position.Offset <= _head.Position.Offset)
                throw new ArgumentOutOfRangeException(nameof(position), position,
                    $"The offset does not follow that of the log's position, {_head.Position}.");
            if (_keyed is not null)
                AppendKeyed(_keyed, position, content, age);
            else
                PublishLogged(Add(position, new StoreMessage(position, content), content.Size, age));
        }

        Signal.Set();
    }

    private void AppendKeyed(KeyedEntries keyed, MessagePosition position, MessageContent content, TimeSpan age)
    {
        var entry = KeyedEntry(_head.Sequence + 1, position, content, age);
        keyed.Add(entry);
        Volatile.Write(ref _head, entry);
        keyed.Settle(entry, _limits.MaxTombstones);
    }

    private MessageEntry KeyedEntry(long sequence, MessagePosition position, MessageContent content, TimeSpan age)
    {
        if (content.Change == StoreChange.Clear)
            content = MessageContent.OfControl(StoreChange.Clear, position);
        return new MessageEntry(sequence, position, new StoreMessage(position, content), content.Size, TimestampOf(age));
    }

    /// <summary>
    /// Appends a message without a position: present readers get it in its place, and it is never replayed. After the end, and in a keyed
    /// log, it is dropped.
    /// </summary>
    /// <param name="content">The message.</param>
    public void AppendWithoutPosition(MessageContent content)
    {
        if (_keyed is not null)
            return; // it has no key
        lock (_gate)
        {
            if (_head.IsEnd)
                return;
            Publish(Add(_head.Position, new StoreMessage(null, content), content.Size));
        }

        Signal.Set();
    }

    /// <summary>
    /// Announces to every present reader that the log continues elsewhere. What came before can no longer be resumed.
    /// </summary>
    /// <param name="reason">Why.</param>
    /// <param name="position">The position after which the log continues.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative.</exception>
    public void AppendReset(StoreResetReason reason, MessagePosition position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position.Offset, nameof(position));
        if (_keyed is not null)
        {
            Reload(reason, position, [], removalsForgotten: 0);
            return;
        }

        lock (_gate)
        {
            var entry = Add(position, new StoreMessage(new StoreReset(reason, position)), 0);
            ForgetUntil(entry.Sequence);
            Publish(entry);
        }

        Signal.Set();
    }

    /// <summary>
    /// Announces to every present reader that a keyed log continues elsewhere, with these keys. The reset takes no slot: readers that
    /// stand before it notice by <see cref="FirstReplayable"/>. The newest entry is published last, so that no reader takes some of the
    /// keys for all of them.
    /// </summary>
    /// <param name="reason">Why.</param>
    /// <param name="origin">The position if there are no entries.</param>
    /// <param name="changes">The entries.</param>
    /// <param name="removalsForgotten">The offset of the newest removal that is missing.</param>
    internal void Reload(
        StoreResetReason reason, MessagePosition origin,
        IEnumerable<(MessagePosition Position, MessageContent Content, TimeSpan Age)> changes, long removalsForgotten)
    {
        lock (_gate)
        {
            var sequence = _head.Sequence + 1;
            var reset = new MessageEntry(
                sequence, origin, new StoreMessage(new StoreReset(reason, origin)), 0, _time.GetTimestamp());
            var entries = changes.Select(change => KeyedEntry(++sequence, change.Position, change.Content, change.Age)).ToList();
            if (origin.Epoch != _head.Position.Epoch || reason == StoreResetReason.Rollback)
                Volatile.Write(ref _lost, [.. _lost.TakeLast(MaxLost - 1), _head.Position]);
            Volatile.Write(ref _lastReset, reset);
            ForgetUntil(reset.Sequence);
            _keyed!.Reload(entries, removalsForgotten, _limits.MaxTombstones, reset.Sequence);
            Volatile.Write(ref _head, entries.Count > 0 ? entries[^1] : reset);
        }

        Signal.Set();
    }

    /// <summary>Decides whether a keyed log accepts a change; for a backplane that decides in this process.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="change">The change.</param>
    /// <returns>What to append; null when there is nothing to change, or the change's condition is not met.</returns>
    /// <exception cref="InvalidOperationException">The log is not keyed.</exception>
    /// <exception cref="StoreFullException">There would be too many keys, or bytes.</exception>
    public MessageContent? Judge(string store, KeyedChange change)
    {
        ArgumentNullException.ThrowIfNull(store);
        var keyed = _keyed ?? throw new InvalidOperationException("The log is not keyed.");
        MessageEntry? current = null;
        if (!change.IsClear)
            keyed.TryGet(change.Key!, out current);
        return FactsOf(current).Judge(store, change, _limits);
    }

    /// <summary>The facts that decide a change of a key in a keyed log, from the key's entry; null if the key is absent.</summary>
    internal KeyedFacts FactsOf(MessageEntry? current) =>
        new(current?.Position, current?.Size ?? 0, _keyed!.Keys, _keyed.LiveBytes);

    /// <summary>
    /// Records that a keyed log does not know all removals up to an offset: no resume after an older position is possible.
    /// </summary>
    /// <param name="offset">The offset of the newest removal that is missing.</param>
    public void ForgetRemovals(long offset)
    {
        lock (_gate)
            _keyed?.ForgetRemovals(offset);
    }

    /// <summary>Gives the value of a key, in a keyed log.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The message that has set it; null if the key is absent or has expired.</returns>
    public StoreMessage? FindKey(string key) =>
        _keyed is not null && _keyed.TryGet(key, out var entry) && !IsExpired(entry) ? entry.Message : null;

    /// <summary>
    /// Whether a position may be among those that a keyed log has lost, as far as this process has seen; an entry that is still there
    /// proves the opposite. An epoch may come back with a backup.
    /// </summary>
    internal bool MayBeLost(MessagePosition position)
    {
        foreach (var until in Volatile.Read(ref _lost))
            if (position.Epoch == until.Epoch && position.Offset <= until.Offset)
                return true;
        return false;
    }

    /// <summary>Whether a keyed log has been emptied by a reset and does not hold yet what follows it.</summary>
    internal bool IsReloading => Head.Sequence + 1 < Volatile.Read(ref _floor);

    /// <summary>The bytes of a key and its value in a keyed log; 0 when it is not there.</summary>
    internal int SizeOfKey(string key) => _keyed is not null && _keyed.TryGet(key, out var entry) ? entry.Size : 0;

    /// <summary>
    /// Sets where a log begins that was made without an origin. Call it before anything is appended, and before <see cref="Open"/>.
    /// </summary>
    /// <param name="origin">The position before the first message that will be appended.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative.</exception>
    /// <exception cref="InvalidOperationException">The log is open, or has messages: what readers have seen cannot
    /// begin elsewhere.</exception>
    public void BeginAt(MessagePosition origin)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(origin.Offset, nameof(origin));
        lock (_gate)
        {
            if (_open || _head.Sequence > 0)
                throw new InvalidOperationException("The log has begun already. AppendReset announces that it continues elsewhere.");
            _origin = origin;
            Volatile.Write(ref _head, new MessageEntry(0, origin, new StoreMessage(origin, default), 0, _head.AppendedAt));
        }
    }

    /// <summary>Marks the content as known, and wakes the cursors that wait for it.</summary>
    public void Open()
    {
        Volatile.Write(ref _open, true);
        Signal.Set();
    }

    /// <summary>Marks the log as finished: nothing will be appended any more. Wakes the readers.</summary>
    public void Complete()
    {
        Volatile.Write(ref _completed, true);
        Signal.Set();
    }

    /// <summary>
    /// Whether an entry exceeds the maximum age but has not been dropped yet. Keys of a completed store do not expire, because no removal
    /// can be announced any more.
    /// </summary>
    internal bool IsExpired(MessageEntry entry) => _keyed is null
        ? !entry.IsEnd && _limits.MaxAge is { } age && _time.GetElapsedTime(entry.AppendedAt) > age
        : !HasEnd && entry.IsLive && _limits.KeyMaxAge is { } keyAge && _time.GetElapsedTime(entry.AppendedAt) > keyAge;

    /// <summary>Drops messages that have expired. Appending does so too; on an idle log this must be called.</summary>
    public void TrimExpired()
    {
        if (_limits.MaxAge is null || _keyed is not null)
            return;
        lock (_gate)
            Trim();
    }

    /// <summary>Opens a cursor, as each subscriber of a store has one.</summary>
    /// <param name="start">Where to begin.</param>
    /// <param name="policy">What happens when the log moves past it.</param>
    /// <returns>The cursor.</returns>
    public MessageCursor OpenCursor(StartAt start, SlowConsumerPolicy policy = SlowConsumerPolicy.Reset)
    {
        TrimExpired();
        return MessageCursor.Open(this, policy, start, newestWins: false);
    }

    /// <summary>
    /// Gives the messages that are kept, oldest first (of a keyed log, the value of each key in order of last change), and the position
    /// after which a cursor continues without gap or duplicate.
    /// </summary>
    /// <returns>The snapshot.</returns>
    public StoreSnapshot GetSnapshot()
    {
        TrimExpired();
        if (_keyed is not null)
            return TakeKeyed(key: null);
        var head = Head;
        var messages = new List<StoreMessage>();
        for (var sequence = FirstReplayable; sequence <= head.Sequence; sequence++)
        {
            if (Find(sequence) is not { } entry)
                messages.Clear(); // the writer passed by: what was read so far is no longer contiguous with the rest
            else if (entry is { IsLogged: true, IsEnd: false })
                messages.Add(entry.Message);
        }

        if (messages.Count > 0 || Latest is not { } latest)
            return new StoreSnapshot(head.Position, messages) { IsCompleted = head.IsEnd };
        // messages without an id, or the writer, took its slot meanwhile
        return new StoreSnapshot(head.IsEnd ? head.Position : latest.Position, [latest.Message]) { IsCompleted = head.IsEnd };
    }

    /// <summary>
    /// The values of a keyed log, or of one key. It starts again if concurrent changes get in the way, and after <see cref="MaxWalks"/>
    /// attempts takes the lock.
    /// </summary>
    internal StoreSnapshot TakeKeyed(string? key)
    {
        for (var tries = 0; tries < MaxWalks; tries++)
            if (KeyedSnapshot.TryTake(this, key) is { } snapshot)
                return snapshot;
        lock (_gate)
            return KeyedSnapshot.TryTake(this, key)!;
    }

    /// <summary>Loads the entry with this number; null when it is not there, or no longer.</summary>
    internal MessageEntry? Find(long sequence)
    {
        if (_keyed is not null)
            return _keyed.FindNext(sequence) is { } found && found.Sequence == sequence ? found : null;
        return _ring.Find(sequence);
    }

    /// <summary>
    /// The position of a reader whose next entry is this one. If the message before it is no longer kept, its tag is unknown; the position
    /// then leads to a reset, as the message's own id would.
    /// </summary>
    internal MessagePosition PositionBefore(MessageEntry entry)
    {
        if (entry.Sequence == 1)
            return _origin;
        return Find(entry.Sequence - 1)?.Position ?? entry.Position with { Offset = entry.Position.Offset - 1, Tag = 0 };
    }

    private MessageEntry Add(MessagePosition position, StoreMessage message, int size, TimeSpan age = default)
    {
        var entry = new MessageEntry(_head.Sequence + 1, position, message, size, TimestampOf(age));
        _ring.Add(entry, _limits.Slots + (entry.IsEnd ? 1 : 0)); // the end is kept in addition
        return entry;
    }

    private long TimestampOf(TimeSpan age) => _time.GetTimestamp() - (long)(age.TotalSeconds * _time.TimestampFrequency);

    private void PublishLogged(MessageEntry entry)
    {
        if (_limits.Capacity == 0)
            ForgetUntil(entry.IsEnd ? entry.Sequence - 1 : entry.Sequence);
        else if (!entry.IsEnd)
            Volatile.Write(ref _latest, entry);
        Publish(entry);
    }

    /// <summary>Present readers still read these entries; no resume, replay or snapshot does.</summary>
    private void ForgetUntil(long sequence)
    {
        Volatile.Write(ref _floor, sequence + 1);
        Volatile.Write(ref _latest, null);
    }

    private void Publish(MessageEntry entry)
    {
        Volatile.Write(ref _head, entry);
        Trim();
    }

    private void Trim()
    {
        var newest = _head.IsEnd ? _head.Sequence - 1 : _head.Sequence; // the newest message; the end is kept in addition
        while (newest - _ring.First + 1 > _limits.Slots || (_ring.Bytes > _limits.MaxBytes && _ring.First < newest))
            _ring.DropFirst();
        if (_limits.MaxAge is not { } age)
            return;
        while (_ring.First <= newest && _time.GetElapsedTime(_ring.Find(_ring.First)!.AppendedAt) > age)
            _ring.DropFirst();
        if (_latest is { } latest && _time.GetElapsedTime(latest.AppendedAt) > age)
            Volatile.Write(ref _latest, null);
        if (_ring.First > _head.Sequence && _head.Size > 0)
            Volatile.Write(ref _head, _head.WithoutContent());
    }
}
