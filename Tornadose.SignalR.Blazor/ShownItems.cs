namespace Tornadose.SignalR.Blazor;

/// <summary>The items that a view shows, made of messages. Not safe for concurrent use.</summary>
internal abstract class ShownItems<T>
{
    public abstract void Clear();

    /// <summary>Records that messages are missing here.</summary>
    public virtual void Miss()
    {
    }

    /// <exception cref="MessageFormatException">The message is not a <typeparamref name="T"/>. It is not added.</exception>
    public abstract void Take(StoreMessage message, IStoreReader reader);

    /// <summary>The items at this moment.</summary>
    public abstract IReadOnlyList<StoreViewItem<T>> ToList();
}
