namespace Tornadose.SignalR;

/// <summary>The announcement that messages of a store are missing, and where the reader continues.</summary>
public sealed class ReceivedReset
{
    internal ReceivedReset(StoreResetReason reason, string id) => (Reason, Id) = (reason, id);

    /// <summary>Why messages are missing.</summary>
    public StoreResetReason Reason { get; }

    /// <summary>The id after which the reader continues; with several stores it covers all of them.</summary>
    public string Id { get; }

    internal static StoreResetReason ParseReason(string? name) => name switch
    {
        "expired" => StoreResetReason.Expired,
        "epoch" => StoreResetReason.Epoch,
        "rollback" => StoreResetReason.Rollback,
        "slow" => StoreResetReason.Slow,
        _ => StoreResetReason.Unknown,
    };
}
