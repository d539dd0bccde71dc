using Microsoft.Data.Sqlite;

namespace Tornadose.SignalR.Sqlite;

/// <summary>The database file: locks it for this process, makes connections and sets their options.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    private const int DefaultTimeoutSeconds = 5;

    /// <summary>
    /// The write-ahead log is truncated to this size when it restarts; otherwise it would stay as large as after a burst.
    /// </summary>
    private const int JournalBytes = 4 * 1024 * 1024;

    private readonly string _connectionString;
    private readonly SqliteSynchronous _synchronous;
    private readonly DatabaseLock _lock;

    private SqliteDatabase(
        string path, string connectionString, SqliteSynchronous synchronous, DatabaseLock exclusive, SqliteConnection writer) =>
        (Path, _connectionString, _synchronous, _lock, Writer) = (path, connectionString, synchronous, exclusive, writer);

    /// <summary>The absolute path of the file.</summary>
    public string Path { get; }

    /// <summary>The connection that writes.</summary>
    public SqliteConnection Writer { get; }

    /// <exception cref="StoreUnavailableException">The database cannot be opened or written, or is in use by another process.</exception>
    public static SqliteDatabase Open(SqliteBackplaneOptions options)
    {
        var connectionString = Complete(options.ConnectionString);
        var writer = new SqliteConnection(connectionString);
        DatabaseLock? exclusive = null;
        try
        {
            writer.Open();
            // The path as SQLite resolves it: absolute, with symbolic links followed, so that two spellings of one file have one lock.
            var path = writer.DataSource;
            exclusive = new DatabaseLock(path);
            var database = new SqliteDatabase(path, connectionString, options.Synchronous, exclusive, writer);
            database.Prepare();
            return database;
        }
        catch (Exception failure)
        {
            writer.Dispose();
            exclusive?.Dispose();
            if (failure is not SqliteException)
                throw;
            var file = new SqliteConnectionStringBuilder(connectionString).DataSource;
            throw new StoreUnavailableException(SqliteErrors.Explain(failure, file), mayBeStored: false, failure);
        }
    }

    /// <summary>Opens a connection that only reads, beside the writer's.</summary>
    public SqliteConnection OpenReader()
    {
        var reader = new SqliteConnection(_connectionString);
        try
        {
            reader.Open();
            Run(reader, "PRAGMA query_only=ON");
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Writer.Dispose(); // the last connection moves the write-ahead log into the database, and deletes it
        _lock.Dispose();
    }

    private static string Complete(string connectionString)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString)
        {
            Mode = SqliteOpenMode.ReadWriteCreate,
            Cache = SqliteCacheMode.Private,
            Pooling = false,
        };
        if (!builder.ShouldSerialize("Default Timeout"))
            builder.DefaultTimeout = DefaultTimeoutSeconds;
        return builder.ToString();
    }

    private void Prepare()
    {
        Run(Writer, "PRAGMA auto_vacuum=INCREMENTAL"); // has an effect on a new file only, and only before anything else
        using (var journal = new Statement(Writer, "PRAGMA journal_mode=WAL"))
        using (var mode = journal.Query())
        {
            if (!mode.Read() || mode.GetString(0) != "wal")
                throw new StoreUnavailableException(
                    $"'{Path}' cannot have a write-ahead log. Put it on a local disk.", mayBeStored: false);
        }

        Run(Writer, "SELECT count(*) FROM sqlite_schema"); // from here on SQLite holds its own lock
        _lock.LockDatabase();
        Run(Writer, $"PRAGMA synchronous={_synchronous}");
        Run(Writer, $"PRAGMA journal_size_limit={JournalBytes}");
        Run(Writer, "PRAGMA secure_delete=ON"); // what MaxAge has dropped must not be found in the file
        Run(Writer, "PRAGMA cell_size_check=ON");
        Schema.Migrate(Writer, Path);
        Probe.Write(Writer); // a read-only file opens without an error
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var statement = new Statement(connection, sql);
        statement.Execute();
    }
}
