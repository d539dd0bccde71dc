namespace Tornadose.SignalR;

/// <summary>What a message of a keyed store says.</summary>
public enum StoreChange
{
    /// <summary>It is no message of a keyed store.</summary>
    None,

    /// <summary>The key has this value, and was not there before.</summary>
    Insert,

    /// <summary>The key has this value, which replaces an older one.</summary>
    Update,

    /// <summary>The key has gone.</summary>
    Delete,

    /// <summary>There are no keys any more: a reader forgets all that it has.</summary>
    Clear,

    /// <summary>Every key that there is follows, once. Made for one reader; no entry of the log.</summary>
    SnapshotStart,

    /// <summary>This reader has got everything that the store had so far. Made for one reader; no entry of the log.</summary>
    SnapshotEnd,
}
