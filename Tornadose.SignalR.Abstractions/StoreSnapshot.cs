namespace Tornadose.SignalR;

/// <summary>
/// The messages that a store keeps, oldest first, and the position after which a stream continues without gap or duplicate.
/// </summary>
/// <param name="position">The position of the newest message in the snapshot.</param>
/// <param name="messages">The messages.</param>
public sealed class StoreSnapshot(MessagePosition position, IReadOnlyList<StoreMessage> messages)
{
    /// <summary>The position of the newest message in the snapshot; that of the end, if the store is complete.</summary>
    public MessagePosition Position { get; } = position;

    /// <summary>The text form of <see cref="Position"/>.</summary>
    public string Id => Position.ToString();

    /// <summary>What the store keeps. Default <see cref="StoreKind.Queue"/>.</summary>
    public StoreKind Kind { get; init; } = StoreKind.Queue;

    /// <summary>Whether the store is complete: nothing will be published after these messages.</summary>
    public bool IsCompleted { get; init; }

    /// <summary>The messages, oldest first.</summary>
    public IReadOnlyList<StoreMessage> Messages { get; } = messages;
}
