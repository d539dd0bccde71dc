namespace Tornadose.SignalR;

/// <summary>The change that a message of a keyed store announces.</summary>
public enum StoreChange
{
    /// <summary>It is not a message of a keyed store.</summary>
    None,

    /// <summary>The key has this value, and did not exist before.</summary>
    Insert,

    /// <summary>The key has this value, which replaces an older one.</summary>
    Update,

    /// <summary>The key was removed.</summary>
    Delete,

    /// <summary>All keys were removed: a reader discards all that it has.</summary>
    Clear,

    /// <summary>Every existing key follows, once. Written for one reader; not an entry of the log.</summary>
    SnapshotStart,

    /// <summary>This reader has received everything that the store had so far. Written for one reader; not an entry of the log.</summary>
    SnapshotEnd,
}
