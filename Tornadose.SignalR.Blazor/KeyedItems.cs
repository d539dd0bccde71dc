namespace Tornadose.SignalR.Blazor;

/// <summary>The value of each key, in order of last change. An item stays the same object until its key changes.</summary>
/// <remarks>
/// After a reset all keys are sent again, in a snapshot between two control messages. Until it is complete the existing keys stay, marked
/// as stale. Each key received loses the mark, and the keys still stale at the end are removed.
/// </remarks>
/// <param name="keep">How many items are shown: the most recently changed. All are kept: when one is removed, another is shown.</param>
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
