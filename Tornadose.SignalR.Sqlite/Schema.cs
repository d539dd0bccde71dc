using Microsoft.Data.Sqlite;

namespace Tornadose.SignalR.Sqlite;

/// <summary>The tables, and the steps that create them: <c>user_version</c> counts the steps that the database has been through.</summary>
/// <remarks>
/// Invariants. The messages of a store are its newest ones without a gap, ending at the store's own offset, or at the one before its end:
/// only the oldest are deleted. A keyed store (<c>max_keys</c> is more than 0) has the newest change of each key, whose data is the key's
/// value, and the removal of all keys under the key ''; there are gaps where changes have been replaced. Its <c>count</c> and <c>bytes</c>
/// are those of the keys that have a value, <c>removals</c> counts the removals that are kept, and <c>forgotten</c> is the offset of the
/// newest removal that is no longer kept. The end of a store is not a message, but <c>ended</c> (for how long the store is kept after it,
/// 0 for ever) and the store's own position. <c>count</c>, <c>bytes</c> and <c>oldest</c> of other stores are those of their messages.
/// <c>due</c> is when retention has to look at the store next. Times are milliseconds since 1970.
/// </remarks>
internal static class Schema
{
    /// <summary>Marks the file as ours, so that no other application's database is mistaken for one: "Tdos".</summary>
    private const long ApplicationId = 0x54646F73;

    private static readonly string[] Steps =
    [
        """
        CREATE TABLE stores(
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            epoch INTEGER NOT NULL,
            offset INTEGER NOT NULL,
            tag INTEGER NOT NULL,
            time INTEGER NOT NULL,
            count INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            oldest INTEGER NOT NULL,
            capacity INTEGER NOT NULL,
            max_bytes INTEGER NOT NULL,
            max_age INTEGER,
            max_keys INTEGER NOT NULL DEFAULT 0,
            max_tombstones INTEGER NOT NULL DEFAULT 1,
            key_max_age INTEGER,
            removals INTEGER NOT NULL DEFAULT 0,
            forgotten INTEGER NOT NULL DEFAULT 0,
            ended INTEGER,
            due INTEGER);
        CREATE INDEX stores_by_due ON stores(due) WHERE due IS NOT NULL;
        CREATE TABLE messages(
            store INTEGER NOT NULL,
            offset INTEGER NOT NULL,
            tag INTEGER NOT NULL,
            time INTEGER NOT NULL,
            format INTEGER NOT NULL,
            event TEXT,
            data BLOB NOT NULL,
            key TEXT,
            change INTEGER,
            PRIMARY KEY(store, offset)) WITHOUT ROWID;
        CREATE UNIQUE INDEX messages_by_key ON messages(store, key) WHERE key IS NOT NULL;
        CREATE INDEX removals ON messages(store, offset) WHERE change = 3;
        CREATE TABLE keys(
            id INTEGER PRIMARY KEY,
            store INTEGER NOT NULL,
            key TEXT NOT NULL,
            offset INTEGER NOT NULL,
            tag INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            UNIQUE(store, key));
        CREATE INDEX keys_by_expiry ON keys(expires);
        CREATE TABLE used(
            id TEXT PRIMARY KEY,
            expires INTEGER NOT NULL);
        CREATE INDEX used_by_expiry ON used(expires);
        CREATE TABLE probe(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
        """,
    ];

    /// <summary>Brings the database to the tables of this version of the library.</summary>
    /// <exception cref="StoreUnavailableException">It is another application's, or of a later version.</exception>
    public static void Migrate(SqliteConnection connection, string path)
    {
        var version = Read(connection, "PRAGMA user_version");
        var isOurs = Read(connection, "PRAGMA application_id") == ApplicationId;
        if (!isOurs && (version != 0 || Read(connection, "SELECT count(*) FROM sqlite_schema") != 0))
            throw Refused($"The database '{path}' belongs to another application. Stores need a file of their own.");
        if (version > Steps.Length)
            throw Refused($"The database '{path}' was written by a later version of this library, which is needed to open it.");
        for (; version < Steps.Length; version++)
        {
            var marks = $"PRAGMA application_id={ApplicationId}; PRAGMA user_version={version + 1}";
            Run(connection, $"BEGIN IMMEDIATE; {Steps[version]} {marks}; COMMIT");
        }
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var statement = new Statement(connection, sql);
        statement.Execute();
    }

    private static long Read(SqliteConnection connection, string sql)
    {
        using var statement = new Statement(connection, sql);
        return statement.Scalar();
    }

    private static StoreUnavailableException Refused(string message) => new(message, mayBeStored: false);
}
