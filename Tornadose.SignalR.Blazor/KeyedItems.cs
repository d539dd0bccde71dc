namespace Tornadose.SignalR.Blazor;

/// <summary>The value of each key, in order of last change. An item stays the same object until its key changes.</summary>
/// <remarks>
/// After a reset all keys come again, in a snapshot between two marks. Until it is complete the keys that were there stay, marked as
/// stale; each one that comes is so no more, and those that are left at the end go.
/// </remarks>
/// <param name="keep">How many are shown, those that have changed last. All are kept: when one goes, another is shown.</param>
internal sealed class KeyedItems<T>(int keep) : ShownItems<T>
{
    private readonly Dictionary<string, LinkedListNode<StoreViewItem<T>>> _byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<StoreViewItem<T>> _items = new();
    private readonly HashSet<string> _stale = new(StringComparer.Ordinal);
    private bool _isWhole = true;

    public override void Clear()
    {
        _byKey.Clear();
        _items.Clear();
        _stale.Clear();
        _isWhole = true;
    }

    public override void Miss() => _isWhole = false;

    public override void Take(StoreMessage message, IStoreReader reader)
    {
        if (message.Key is { } key)
            Take(key, message, reader);
        else if (message.Change == StoreChange.SnapshotEnd)
            EndSnapshot();
        else if (message.Change == StoreChange.Clear && _isWhole)
            Clear(); // the store was cleared: no snapshot follows
        else if (message.Change is StoreChange.Clear or StoreChange.SnapshotStart)
            BeginSnapshot();
    }

    public override IReadOnlyList<StoreViewItem<T>> ToList() => [.. _items.Skip(_items.Count - keep)];

    private void Take(string key, StoreMessage message, IStoreReader reader)
    {
        Remove(key);
        if (message.Change == StoreChange.Delete)
            return;
        var item = new StoreViewItem<T>(message.Id, reader.GetValue<T>(message), message.EventType) { Key = key };
        _byKey.Add(key, _items.AddLast(item));
    }

    private void Remove(string key)
    {
        _stale.Remove(key);
        if (_byKey.Remove(key, out var shown))
            _items.Remove(shown);
    }

    private void BeginSnapshot()
    {
        _isWhole = false;
        _stale.UnionWith(_byKey.Keys);
    }

    private void EndSnapshot()
    {
        foreach (var key in _stale.ToArray())
            Remove(key);
        _isWhole = true;
    }
}
