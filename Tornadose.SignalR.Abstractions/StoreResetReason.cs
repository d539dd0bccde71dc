namespace Tornadose.SignalR;

/// <summary>Why a reader cannot get the messages that it asked for.</summary>
public enum StoreResetReason
{
    /// <summary>The messages after the given id are no longer kept.</summary>
    Expired,

    /// <summary>The id is from another epoch: the store's log started again, or the id belongs to another store.</summary>
    Epoch,

    /// <summary>The log was rolled back: the id's offset exists, with another message.</summary>
    Rollback,

    /// <summary>The id was never issued by this store, or is not an id at all.</summary>
    Unknown,

    /// <summary>The reader was too slow: the log has moved past it.</summary>
    Slow,
}
