using System.Text.Json;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Blazor;

/// <summary>What a view shows: a store's newest messages, kept up to date. It knows nothing of rendering.</summary>
/// <remarks>
/// A view is a cursor like any subscriber. It begins with the snapshot and reads on after its id, or after the id that it was handed.
/// Pausing is to stop reading: nothing is collected meanwhile, and reading goes on after the last message that was read. Where that is not
/// kept any more there is a reset, and the view begins anew from the snapshot.
/// </remarks>
/// <param name="store">The store.</param>
/// <param name="serializer">Reads the values.</param>
/// <param name="keep">How many messages are kept.</param>
/// <param name="kind">What the store keeps. Of a data store, and of a keyed store, whoever was away has missed nothing.</param>
/// <param name="changed">Told, from any thread, that there is something new to see.</param>
internal sealed class StoreFeed<T>(IStore store, StoreSerializer serializer, int keep, StoreKind kind, Action changed)
{
    private readonly Lock _gate = new();
    private readonly ShownItems<T> _items = kind == StoreKind.Keyed ? new KeyedItems<T>(keep) : new NewestItems<T>(keep);
    private StoreViewContext<T>? _context;
    private StoreViewState _state;
    private StoreResetReason? _resetReason;
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

    /// <summary>Whether the store is complete, and all of it was read.</summary>
    public bool IsCompleted
    {
        get
        {
            lock (_gate)
                return _isCompleted;
        }
    }

    /// <summary>What there is to see now.</summary>
    public StoreViewContext<T> Context
    {
        get
        {
            lock (_gate)
                return _context ??= new(_items.ToList(), _state)
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

    /// <summary>Takes what the store keeps.</summary>
    /// <param name="upTo">The id of the last message to take: what was shown before, somewhere else. All, if that is not among
    /// them, and of a keyed store.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task LoadAsync(string? upTo, CancellationToken cancellationToken)
    {
        // Another node may have rendered the page, and know more than this one does yet: opening a cursor there makes it catch up.
        using var cursor = await store.OpenCursorAsync(
            upTo is null ? StartAt.Now : StartAt.AfterId(upTo), cancellationToken).ConfigureAwait(false);
        Take(await store.GetSnapshotAsync(cancellationToken).ConfigureAwait(false), upTo);
    }

    /// <summary>Reads on after the last message, until it is cancelled or the store ends. One at a time.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        using var following = await store.FollowAsync(cancellationToken).ConfigureAwait(false);
        // A store that has ended gives nothing, and stays where it is. A reader that the store's policy has disconnected was given
        // something, or finds the store further on, and comes back with its id: what it has missed is said by a reset then.
        MessagePosition? fruitless = null;
        while (await store.GetSnapshotAsync(cancellationToken).ConfigureAwait(false) is var now && fruitless != now.Position)
        {
            fruitless = await ReadUntilMissedAsync(cancellationToken).ConfigureAwait(false) ? null : now.Position;
            lock (_gate)
                _isCompleted = fruitless is not null && now.IsCompleted;
        }
    }

    /// <returns>Whether there was anything but the marks of a keyed store.</returns>
    private async Task<bool> ReadUntilMissedAsync(CancellationToken cancellationToken)
    {
        var any = false;
        await foreach (
            var message in store.ReadAllAsync(Id is { } id ? StartAt.AfterId(id) : StartAt.Now, cancellationToken).ConfigureAwait(false))
        {
            any |= kind != StoreKind.Keyed || message.Key is not null || message.Reset is not null; // marks come anew with each reading
            if (message.Reset is { } reset)
            {
                Miss(reset);
                if (Take(await store.GetSnapshotAsync(cancellationToken).ConfigureAwait(false), upTo: null))
                    break;
            }
            else
            {
                Add(message);
                changed();
            }
        }

        return any;
    }

    /// <returns>
    /// Whether the store keeps anything. One that does not gives a reset to whoever comes back with an id, so that its readers stay.
    /// </returns>
    private bool Take(StoreSnapshot snapshot, string? upTo)
    {
        lock (_gate)
        {
            var messages = snapshot.Messages;
            var index = upTo is null || kind == StoreKind.Keyed ? -1 : IndexOf(messages, upTo);
            var shown = index < 0 ? messages.Count : index + 1;
            _items.Clear();
            _newest = null;
            for (var next = kind == StoreKind.Keyed ? 0 : Math.Max(0, shown - keep); next < shown; next++)
                Keep(messages[next]);
            // An id that is not kept leads to a reset when reading begins after it, which says that something was missed; of a store that
            // has newest values only nothing can be.
            _id = index >= 0 || kind == StoreKind.Queue ? upTo ?? snapshot.Id : snapshot.Id;
            _isCompleted = snapshot.IsCompleted && _id == snapshot.Id;
            _context = null;
        }

        changed();
        return snapshot.Messages.Count > 0;
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
            if (kind == StoreKind.Keyed || !IsShown(message))
                Keep(message);
            _id = message.Id ?? _id;
            _context = null;
        }
    }

    /// <summary>
    /// Reading may begin before what is shown: after the id of a prerendered page that showed less. An id that comes twice would be a key
    /// that comes twice, which ends the circuit.
    /// </summary>
    private bool IsShown(StoreMessage message) =>
        message.Position is { } position && _newest is { } newest && position.Epoch == newest.Epoch && position.Offset <= newest.Offset;

    private void Miss(StoreReset reset)
    {
        lock (_gate)
            (_resets, _resetReason) = (_resets + 1, reset.Reason);
    }

    private void Keep(StoreMessage message)
    {
        _newest = message.Position ?? _newest;
        try
        {
            _items.Take(message, serializer);
        }
        catch (MessageFormatException)
        {
            _unreadable++;
        }
    }
}
