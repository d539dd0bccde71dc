using System.Collections.Concurrent;

namespace Tornadose.SignalR.Stores;

/// <summary>
/// The stores that appear on first use. Their names come from clients, so their number is bounded. At the bound, stores that nobody uses
/// and that never had a message make way; the others stay, and no further store is made.
/// </summary>
internal sealed class StoreFamilies(
    StoreDefinition[] families, int maxStores, int? maxStoresPerUser, ConcurrentDictionary<string, MessageStore> stores,
    Func<string, StoreDefinition, MessageStore> make, Action<MessageStore> close)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _made = new(StringComparer.Ordinal);
    private int _count;
    private bool _closed;
    private bool _someMayBeUnused;

    /// <summary>Finds the store of this name, or makes it; null when no family has such names.</summary>
    /// <param name="name">The name.</param>
    /// <param name="client">Gives the client for which a new store counts as long as it exists; null for none.</param>
    /// <exception cref="TooManyStoresException">The limit of stores is reached, or that of the client.</exception>
    /// <exception cref="ObjectDisposedException">The application has ended.</exception>
    public MessageStore? Find(string name, Func<string?> client)
    {
        if (FamilyOf(name) is not { } family)
            return null;
        lock (_gate)
        {
            if (stores.TryGetValue(name, out var present))
                return present;
            ObjectDisposedException.ThrowIf(_closed, typeof(IStoreProvider));
            var maker = maxStoresPerUser is null ? null : client();
            if (_count >= maxStores && !DropUnused())
                throw new TooManyStoresException(maxStores);
            if (HasMadeTooMany(maker) && !(DropUnused() && !HasMadeTooMany(maker)))
                throw new TooManyStoresException(maxStoresPerUser!.Value);
            var store = make(name, family);
            store.Maker = maker;
            _count++;
            Tally(maker, +1);
            NoteUnused();
            return stores[name] = store;
        }
    }

    /// <summary>Whether a family has stores of such names.</summary>
    public bool Knows(string name) => FamilyOf(name) is not null;

    /// <summary>The name of the options of such stores; null if no family has such names.</summary>
    public string? OptionsNameOf(string name) => FamilyOf(name)?.Name;

    /// <summary>Makes no store from now on.</summary>
    public void Close()
    {
        lock (_gate)
            _closed = true;
    }

    /// <summary>Notes that there may be an unused store that never had a message.</summary>
    public void NoteUnused() => Volatile.Write(ref _someMayBeUnused, true);

    public void DropIfIdle(MessageStore store) => Drop(store, store.Options.IdleTimeout, static _ => true);

    private bool HasMadeTooMany(string? maker) => maker is not null && _made.GetValueOrDefault(maker) >= maxStoresPerUser;

    private void Tally(string? maker, int by)
    {
        if (maker is null)
            return;
        var made = _made.GetValueOrDefault(maker) + by;
        if (made == 0)
            _made.Remove(maker);
        else
            _made[maker] = made;
    }

    private StoreDefinition? FamilyOf(string name) =>
        StoreNames.IsValid(name) ? Array.Find(families, family => family.Pattern!.Matches(name)) : null;

    /// <summary>
    /// Drops stores that were asked for but never published to: somebody may be trying names. It searches only if there may be some, so
    /// that another name costs nothing when all stores are in use.
    /// </summary>
    private bool DropUnused()
    {
        if (!Interlocked.Exchange(ref _someMayBeUnused, false))
            return false;
        foreach (var (_, store) in stores)
            if (store.Lease is not null && store.IsEmpty)
                Drop(store, TimeSpan.Zero, static retired => retired.IsEmpty);
        return _count < maxStores;
    }

    /// <summary>
    /// Retires a store and removes it from the list in one step: a caller that finds it retired asks this class for its successor, and
    /// waits until the list no longer has this one. The condition is checked again when nobody can enter any more.
    /// </summary>
    private void Drop(MessageStore store, TimeSpan idle, Func<MessageStore, bool> condition)
    {
        lock (_gate)
        {
            if (!store.Lease!.TryRetire(idle, store, condition))
                return;
            stores.TryRemove(KeyValuePair.Create(store.Name, store));
            _count--;
            Tally(store.Maker, -1);
        }

        close(store);
    }
}
