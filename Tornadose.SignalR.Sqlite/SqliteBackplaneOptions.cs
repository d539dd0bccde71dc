namespace Tornadose.SignalR;

/// <summary>The options of the SQLite backplane. Bound from the configuration section <c>Tornadose:Sqlite</c>.</summary>
public sealed class SqliteBackplaneOptions
{
    /// <summary>
    /// The database, such as <c>Data Source=stores.db</c>: a file for these stores alone, on a local disk, in an existing folder. Only one
    /// process at a time can use it: a second one does not start. Relative paths are relative to the current directory. No default:
    /// <c>AddSqlite</c> sets it. <c>Default Timeout</c> is how many seconds a command waits while another program has locked the database:
    /// from 1 to 60, default 5. <c>Mode</c>, <c>Cache</c> and <c>Pooling</c> have no effect; URIs and in-memory databases are refused.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>When messages are forced to the disk. Default <see cref="SqliteSynchronous.Full"/>.</summary>
    public SqliteSynchronous Synchronous { get; set; } = SqliteSynchronous.Full;

    /// <summary>
    /// How often what is no longer kept is deleted from the database, for all stores, whether or not they are in use. Default 5 s. From
    /// 50 ms to 1 hour. A message is deleted at most this long after <c>Capacity</c>, <c>MaxBytes</c> or <c>MaxAge</c> of its store
    /// dropped it, and its bytes are gone from the disk after about twice as long.
    /// </summary>
    public TimeSpan RetentionInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long after its last message a store is kept if it is an unused store of a family, or one that the application no longer knows.
    /// Default null: for as long as it has messages. From 5 minutes. After it the store is deleted with its messages; its next message
    /// begins a new epoch. This bounds the database when a family keeps getting new names and its stores have no <c>MaxAge</c>.
    /// </summary>
    public TimeSpan? KeepUnusedStores { get; set; }
}
