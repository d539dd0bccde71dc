namespace Tornadose.SignalR;

/// <summary>
/// When SQLite flushes messages from the operating system's memory to the disk. With any of these values, a crash of the process alone
/// loses nothing that was acknowledged.
/// </summary>
public enum SqliteSynchronous
{
    /// <summary>Before a publish completes: what was acknowledged survives a power failure. Publishes that wait at the same time share one
    /// flush.</summary>
    Full,

    /// <summary>
    /// At checkpoints, about every four megabytes: a power failure loses what was acknowledged since, and subscribers that had seen it get
    /// a reset. The database stays consistent.
    /// </summary>
    Normal,

    /// <summary>When the operating system does so by itself. A power failure may damage the database, which then has to be
    /// deleted.</summary>
    Off,
}
