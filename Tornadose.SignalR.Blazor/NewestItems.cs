namespace Tornadose.SignalR.Blazor;

/// <summary>The newest messages, oldest first.</summary>
internal sealed class NewestItems<T>(int keep) : ShownItems<T>
{
    private readonly Queue<StoreViewItem<T>> _items = new();

    public override void Clear() => _items.Clear();

    public override void Take(StoreMessage message, IStoreReader reader)
    {
        _items.Enqueue(new StoreViewItem<T>(message.Id, reader.GetValue<T>(message), message.EventType));
        while (_items.Count > keep)
            _items.Dequeue();
    }

    public override IReadOnlyList<StoreViewItem<T>> ToList() => [.. _items];
}
