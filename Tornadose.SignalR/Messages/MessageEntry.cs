using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Messages;

/// <summary>
/// One slot of a <see cref="MessageLog"/>: immutable except for the renderings that readers leave on it, so that a message is rendered
/// once per wire format and all readers share the bytes.
/// </summary>
internal sealed class MessageEntry(long sequence, MessagePosition position, StoreMessage message, int size, long appendedAt)
{
    private Rendering? _renderings;

    /// <summary>The number of the entry in this process's log. Contiguous also across messages without an id, and resets.</summary>
    public long Sequence { get; } = sequence;

    /// <summary>The store's position once this entry has been read.</summary>
    public MessagePosition Position { get; } = position;

    public StoreMessage Message { get; } = message;

    public int Size { get; } = size;

    /// <summary>A time stamp of the log's clock.</summary>
    public long AppendedAt { get; } = appendedAt;

    public bool IsReset => Message.Reset is not null;

    /// <summary>The end of the store: while it is the newest entry, nothing is appended.</summary>
    public bool IsEnd => Message.IsEnd;

    /// <summary>In a keyed log, the value of a key.</summary>
    public bool IsLive => Message.Change is StoreChange.Insert or StoreChange.Update;

    /// <summary>In a keyed log, the removal of a key.</summary>
    public bool IsTombstone => Message.Change == StoreChange.Delete;

    /// <summary>Has a position of its own, so that it can be resumed after and replayed.</summary>
    public bool IsLogged => Message.Position is not null && !IsReset;

    /// <summary>
    /// The same entry without its content: once the newest message has been dropped, the log must still know its position.
    /// </summary>
    public MessageEntry WithoutContent() => new(Sequence, Position, new StoreMessage(Position, default), 0, AppendedAt);

    /// <summary>Returns the rendering for the key, which is rendered once.</summary>
    public TRendering Render<TRendering, TState>(object key, TState state, Func<TState, MessageEntry, TRendering> render)
        where TRendering : class
    {
        for (var node = Volatile.Read(ref _renderings); node is not null; node = node.Next)
            if (ReferenceEquals(node.Key, key))
                return (TRendering)node.Value;
        return RenderOnce(key, state, render);
    }

    private TRendering RenderOnce<TRendering, TState>(object key, TState state, Func<TState, MessageEntry, TRendering> render)
        where TRendering : class
    {
        lock (this)
        {
            for (var node = _renderings; node is not null; node = node.Next)
                if (ReferenceEquals(node.Key, key))
                    return (TRendering)node.Value;
            var value = render(state, this);
            Volatile.Write(ref _renderings, new Rendering(key, value, _renderings));
            return value;
        }
    }

    private sealed class Rendering(object key, object value, Rendering? next)
    {
        public object Key { get; } = key;

        public object Value { get; } = value;

        public Rendering? Next { get; } = next;
    }
}
