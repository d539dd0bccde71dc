using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.Sqlite;

/// <summary>The log lines of stores on SQLite. Never a payload, never a connection string.</summary>
internal static partial class SqliteLog
{
    [LoggerMessage(40, LogLevel.Error, "The database {Path} cannot be written. Publishing fails until it can be.")]
    public static partial void CommitFailed(this ILogger logger, Exception failure, string path);

    [LoggerMessage(41, LogLevel.Error, "The window of store {Store} cannot be read. It is retried; until then its subscribers wait.")]
    public static partial void ReadFailed(this ILogger logger, Exception failure, string store);

    [LoggerMessage(42, LogLevel.Error, "Messages that are no longer kept cannot be deleted from the database {Path}. It is retried.")]
    public static partial void RetentionFailed(this ILogger logger, Exception failure, string path);

    [LoggerMessage(43, LogLevel.Error, "Store {Store} cannot be written in the database {Path}. Publishing to it fails until it can be.")]
    public static partial void StoreFailed(this ILogger logger, Exception failure, string store, string path);

    [LoggerMessage(44, LogLevel.Error,
        "The options of store {Store} cannot be read. The database keeps the previous ones for it, and perhaps for other stores.")]
    public static partial void LimitsFailed(this ILogger logger, Exception failure, string store);
}
