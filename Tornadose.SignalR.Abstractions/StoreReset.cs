namespace Tornadose.SignalR;

/// <summary>The announcement that a range that the reader asked for no longer exists, and where the reader continues.</summary>
/// <param name="reason">Why messages are missing.</param>
/// <param name="position">The store's current position, after which the reader continues.</param>
public sealed class StoreReset(StoreResetReason reason, MessagePosition position)
{
    /// <summary>The event type that announces a reset on Server-Sent Events: <c>tornadose.reset</c>.</summary>
    public const string EventType = "tornadose.reset";

    /// <summary>Why messages are missing.</summary>
    public StoreResetReason Reason { get; } = reason;

    /// <summary>The store's current position, after which the reader continues.</summary>
    public MessagePosition Position { get; } = position;

    /// <summary>The text form of <see cref="Position"/>.</summary>
    public string Id => Position.ToString();

    /// <summary>The reason's name on the wire: <c>expired</c>, <c>epoch</c>, <c>rollback</c>, <c>unknown</c> or <c>slow</c>.</summary>
    public string ReasonName => Reason switch
    {
        StoreResetReason.Expired => "expired",
        StoreResetReason.Epoch => "epoch",
        StoreResetReason.Rollback => "rollback",
        StoreResetReason.Slow => "slow",
        _ => "unknown",
    };
}
