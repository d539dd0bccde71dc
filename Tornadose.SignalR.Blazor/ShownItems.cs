using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Blazor;

/// <summary>The items that a view shows, made of messages. Not safe for concurrent use.</summary>
internal abstract class ShownItems<T>
{
    public abstract void Clear();

    /// <exception cref="MessageFormatException">The message is no <typeparamref name="T"/>. It is not among the items.</exception>
    public abstract void Take(StoreMessage message, StoreSerializer serializer);

    /// <summary>The items at this moment.</summary>
    public abstract IReadOnlyList<StoreViewItem<T>> ToList();
}

/// <summary>The newest messages, oldest first.</summary>
internal sealed class NewestItems<T>(int keep) : ShownItems<T>
{
    private readonly Queue<StoreViewItem<T>> _items = new();

    public override void Clear() => _items.Clear();

    public override void Take(StoreMessage message, StoreSerializer serializer)
    {
        _items.Enqueue(new StoreViewItem<T>(message.Id, serializer.Deserialize<T>(message), message.EventType));
        while (_items.Count > keep)
            _items.Dequeue();
    }

    public override IReadOnlyList<StoreViewItem<T>> ToList() => [.. _items];
}

/// <summary>The value of each key, in order of last change. An item stays the same object until its key changes.</summary>
/// <param name="keep">How many are shown, those that have changed last. All are kept: when one goes, another is shown.</param>
internal sealed class KeyedItems<T>(int keep) : ShownItems<T>
{
    private readonly Dictionary<string, LinkedListNode<StoreViewItem<T>>> _byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<StoreViewItem<T>> _items = new();

    public override void Clear()
    {
        _byKey.Clear();
        _items.Clear();
    }

    public override void Take(StoreMessage message, StoreSerializer serializer)
    {
        if (message.Change == StoreChange.Clear)
            Clear();
        if (message.Key is not { } key)
            return; // the marks of a snapshot say nothing to a view, which reads the store in process
        if (_byKey.Remove(key, out var shown))
            _items.Remove(shown);
        if (message.Change == StoreChange.Delete)
            return;
        var item = new StoreViewItem<T>(message.Id, serializer.Deserialize<T>(message), message.EventType) { Key = key };
        _byKey.Add(key, _items.AddLast(item));
    }

    public override IReadOnlyList<StoreViewItem<T>> ToList() => [.. _items.Skip(_items.Count - keep)];
}
