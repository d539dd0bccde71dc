namespace Tornadose.SignalR;

/// <summary>The options of stores that are kept in a SQLite database. Bound from the configuration section
/// <c>Tornadose:Sqlite</c>.</summary>
public sealed class SqliteBackplaneOptions
{
    /// <summary>
    /// The database, as <c>Data Source=stores.db</c>: a file that these stores have to themselves, on a local disk, in a folder that
    /// exists. It belongs to one process at a time: a second one does not start. Relative paths are relative to the current directory.
    /// No default: <c>AddSqlite</c> gives it. <c>Default Timeout</c> is for how many seconds a command waits for another program that has
    /// locked the database, 5 when it is not given, from 1 to 60. <c>Mode</c>, <c>Cache</c> and <c>Pooling</c> have no effect; URIs and
    /// databases in memory are refused.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>When messages are forced to the disk. Default <see cref="SqliteSynchronous.Full"/>.</summary>
    public SqliteSynchronous Synchronous { get; set; } = SqliteSynchronous.Full;

    /// <summary>
    /// How often what is no longer kept is deleted from the database, for all stores, whether or not they are in use. Default 5 s. From
    /// 50 ms to 1 hour. A message is gone from the disk at most this long after <c>Capacity</c>, <c>MaxBytes</c> or <c>MaxAge</c> of its
    /// store dropped it.
    /// </summary>
    public TimeSpan RetentionInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// For how long a store of a family that nobody uses is kept, since its last message, and one that the application does not know any
    /// more. Default null: for as long as it has messages. From 5 minutes. After it the store is deleted with its messages;
    /// its next message begins a new epoch. It bounds the database where a family takes ever new names and its stores have no
    /// <c>MaxAge</c>.
    /// </summary>
    public TimeSpan? KeepUnusedStores { get; set; }
}
