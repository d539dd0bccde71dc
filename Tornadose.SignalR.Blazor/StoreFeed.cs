namespace Tornadose.SignalR.Blazor;

/// <summary>What a view shows: a store's newest messages, kept up to date. It knows nothing of rendering.</summary>
/// <remarks>
/// It begins with a snapshot, or with the one of a prerendered page, and then reads after its id. Pausing stops reading: nothing is
/// buffered, and reading resumes after the last message that was read. If that message is no longer kept, there is a reset, and the view
/// begins again with a new snapshot.
/// </remarks>
/// <param name="reader">Reads the store.</param>
/// <param name="keep">How many messages are kept; null for the default of the store's kind.</param>
/// <param name="changed">Called, on any thread, when there is something new to show.</param>
internal sealed class StoreFeed<T>(IStoreReader reader, int? keep, Action changed)
{
    private const int DefaultKeep = 50;

    private readonly Lock _gate = new();
    private ShownItems<T>? _items;
    private StoreViewContext<T>? _context;
    private StoreViewState _state;
    private StoreResetReason? _resetReason;
    private StoreKind _kind;
    private string? _id;
    private bool _isCompleted;
    private MessagePosition? _newest;
    private int _resets;
    private long _unreadable;

    /// <summary>The id of the last message that was read.</summary>
    public string? Id
    {
        get
        {
            lock (_gate)
                return _id;
        }
    }

    /// <summary>Whether the store is complete, and all of its messages were read.</summary>
    public bool IsCompleted
    {
        get
        {
            lock (_gate)
                return _isCompleted;
        }
    }

    /// <summary>
    /// The part of the first snapshot that the view shows, from which another view can show the same. Null before it is loaded, and
    /// once live reading begins.
    /// </summary>
    public StoreSnapshot? Beginning { get; private set; }

    /// <summary>What to show now.</summary>
    public StoreViewContext<T> Context
    {
        get
        {
            lock (_gate)
                return _context ??= new(_items?.ToList() ?? [], _state)
                {
                    Id = _id,
                    Resets = _resets,
                    ResetReason = _resetReason,
                    Unreadable = _unreadable,
                };
        }
    }

    public StoreViewState State
    {
        set
        {
            lock (_gate)
            {
                if (_state == value)
                    return;
                (_state, _context) = (value, null);
            }

            changed();
        }
    }

    /// <summary>Loads the store's snapshot.</summary>
    /// <param name="upTo">The id of the last message to take, which was shown elsewhere before. If it is not found, and for a keyed
    /// store, all messages are taken.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task LoadAsync(string? upTo, CancellationToken cancellationToken) =>
        Take(await reader.GetSnapshotAsync(upTo, cancellationToken).ConfigureAwait(false), upTo);

    /// <summary>Takes a snapshot.</summary>
    /// <param name="snapshot">The store's snapshot: a new one, or that of a prerendered page.</param>
    /// <param name="upTo">The id of the last message to take.</param>
    public void Take(StoreSnapshot snapshot, string? upTo = null)
    {
        lock (_gate)
        {
            _kind = snapshot.Kind;
            var messages = snapshot.Messages;
            var index = upTo is null || _kind == StoreKind.Keyed ? -1 : IndexOf(messages, upTo);
            var shown = index < 0 ? messages.Count : index + 1;
            var most = keep ?? _kind switch { StoreKind.Data => 1, StoreKind.Keyed => int.MaxValue, _ => DefaultKeep };
            var first = _kind == StoreKind.Keyed ? 0 : Math.Max(0, shown - most);
            _items = _kind == StoreKind.Keyed ? new KeyedItems<T>(most) : new NewestItems<T>(most);
            _newest = null;
            for (var next = first; next < shown; next++)
                Keep(messages[next]);
            // Reading after an id that is not kept begins with a reset, which tells that messages were missed. In a store that keeps only
            // newest values nothing can be missed.
            _id = index >= 0 || _kind == StoreKind.Queue ? upTo ?? snapshot.Id : snapshot.Id;
            _isCompleted = snapshot.IsCompleted && _id == snapshot.Id;
            _context = null;
            // Another view that is made of it continues after its position: that of the snapshot would skip what is not shown.
            Beginning = new StoreSnapshot(
                MessagePosition.TryParse(_id, out var position) ? position : snapshot.Position, [.. messages.Take(shown).Skip(first)])
            {
                Kind = _kind,
                IsCompleted = _isCompleted,
            };
        }

        changed();
    }

    /// <summary>Reads after the last message, until it is cancelled or the store ends. Only one call at a time.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        Beginning = null; // its messages are not kept for longer than the store keeps them
        await foreach (var message in reader.ReadAsync(_kind, Id!, cancellationToken).ConfigureAwait(false))
        {
            if (message.Reset is null)
                Add(message);
            else
                await MissAsync(message.Reset, cancellationToken).ConfigureAwait(false);
            changed();
        }

        lock (_gate)
            _isCompleted = reader.State == StoreSubscriptionState.Completed;
    }

    private static int IndexOf(IReadOnlyList<StoreMessage> messages, string id)
    {
        for (var index = messages.Count - 1; index >= 0; index--)
            if (messages[index].Id == id)
                return index;
        return -1;
    }

    private void Add(StoreMessage message)
    {
        lock (_gate)
        {
            if (_kind == StoreKind.Keyed || !IsShown(message))
                Keep(message);
            _id = message.Id ?? _id;
            _context = null;
        }
    }

    /// <summary>
    /// Reading may begin before the newest message shown: after the id of a prerendered page that showed less, or after a reset. An id
    /// that is shown twice would be a duplicate <c>@key</c>, which ends the circuit.
    /// </summary>
    private bool IsShown(StoreMessage message) =>
        message.Position is { } position && _newest is { } newest && position.Epoch == newest.Epoch && position.Offset <= newest.Offset;

    /// <summary>After a reset a keyed store sends all its keys; any other store has to be asked for a new snapshot.</summary>
    private async Task MissAsync(StoreReset reset, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            (_resets, _resetReason, _context) = (_resets + 1, reset.Reason, null);
            _items!.Miss();
            _id = reset.Id;
        }

        if (_kind != StoreKind.Keyed)
        {
            Take(await reader.GetSnapshotAsync(reset.Id, cancellationToken).ConfigureAwait(false));
            Beginning = null;
        }
    }

    private void Keep(StoreMessage message)
    {
        _newest = message.Position ?? _newest;
        try
        {
            _items!.Take(message, reader);
        }
        catch (MessageFormatException)
        {
            _unreadable++;
        }
    }
}
