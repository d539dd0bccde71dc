using System.Collections.Concurrent;

namespace Tornadose.SignalR.Stores;

/// <summary>
/// The stores that appear on first use. Their names come from outside, so their number is bounded: at the bound, those that nobody uses and that never had a message go first.
/// </summary>
internal sealed class StoreFamilies(StoreDefinition[] families, int maxStores, ConcurrentDictionary<string, DataStore> stores, Func<string, StoreDefinition, DataStore> make)
{
    private readonly Lock _gate = new();
    private int _count;

    /// <summary>Finds the store of this name, or makes it; null when no family has such names.</summary>
    /// <exception cref="TooManyStoresException">There are as many as there may be.</exception>
    public DataStore? Find(string name)
    {
        var family = Array.Find(families, family => family.Pattern!.Matches(name));
        if (family is null || !StoreNames.IsValid(name))
            return null;
        lock (_gate)
        {
            if (stores.TryGetValue(name, out var present))
                return present;
            if (_count >= maxStores && !DropUnused())
                throw new TooManyStoresException(maxStores);
            _count++;
            return stores[name] = make(name, family);
        }
    }

    public bool IsMember(string store, string? family) =>
        Array.Find(families, definition => definition.Name == family)?.Pattern!.Matches(store) ?? false;

    public void DropIfIdle(DataStore store, TimeSpan idle)
    {
        if (store.Lease!.TryRetire(idle))
            Drop(store);
    }

    /// <summary>Stores that were asked for but never published to are worth nothing: somebody may be trying names.</summary>
    private bool DropUnused()
    {
        foreach (var store in stores.Values)
            if (store.Lease is { } lease && store.Log.LastSequence == 0 && lease.TryRetire(TimeSpan.Zero))
                DropEmpty(store, lease);
        return _count < maxStores;
    }

    /// <summary>Looks once more now that nobody can publish: a message that was accepted is not dropped.</summary>
    private void DropEmpty(DataStore store, StoreLease lease)
    {
        if (store.Log.LastSequence == 0)
            Drop(store);
        else
            lease.Revive();
    }

    private void Drop(DataStore store)
    {
        lock (_gate)
        {
            stores.TryRemove(KeyValuePair.Create(store.Name, store));
            _count--;
        }

        _ = store.DisposeAsync().AsTask();
    }
}
