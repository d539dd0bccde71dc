using Microsoft.Data.Sqlite;

namespace Tornadose.SignalR.Sqlite;

/// <summary>What SQLite's errors mean for publishers and operators. The codes: https://sqlite.org/rescode.html.</summary>
internal static class SqliteErrors
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int NoMemory = 7;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int InputOutputWrite = InputOutput | (3 << 8);
    private const int InputOutputFlush = InputOutput | (4 << 8);
    private const int InputOutputFlushOfFolder = InputOutput | (5 << 8);
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>Whether any other message would have failed too: the error concerns the database or the disk, not one store.</summary>
    public static bool IsOfAll(Exception failure) => failure is SqliteException
    {
        SqliteErrorCode: Busy or Locked or NoMemory or ReadOnly or InputOutput or Full or CannotOpen or NotADatabase,
    };

    /// <summary>
    /// Whether a transaction whose commit failed may nevertheless be in the database after a crash: its frames may have reached the
    /// write-ahead log although the flush failed. Every other error of SQLite rolls it back, even that of a write, because the commit
    /// frame is written last.
    /// </summary>
    public static bool LeavesDoubt(Exception failure) =>
        failure is not SqliteException { SqliteExtendedErrorCode: not (InputOutputFlush or InputOutputFlushOfFolder) };

    /// <summary>Whether the file is damaged; only a restart with another file ends this.</summary>
    public static bool IsDamage(Exception failure) => failure is SqliteException { SqliteErrorCode: Corrupt or NotADatabase };

    /// <summary>A sentence for publishers and operators.</summary>
    public static string Explain(Exception failure, string path) => (failure as SqliteException)?.SqliteErrorCode switch
    {
        Busy or Locked => $"The database '{path}' is locked by another program. End its transaction.",
        ReadOnly => $"The database '{path}' is read-only. Make the file and its folder writable.",
        InputOutput when failure is SqliteException { SqliteExtendedErrorCode: InputOutputWrite } =>
            $"The database '{path}' cannot be written any more ({failure.Message}): "
            + "it, its '-wal' file or the file system has become read-only, or the disk fails. Make them writable.",
        InputOutput => $"The database '{path}' cannot be read or written: the disk reports an error ({failure.Message}).",
        Corrupt => $"The database '{path}' is damaged ({failure.Message}). Stop the application, and restore the file or move it away.",
        Full => $"There is no room for the database '{path}': the disk is full.",
        CannotOpen => $"The database '{path}' cannot be opened. Its folder must exist, and the process must be allowed to write there.",
        NotADatabase => $"The file '{path}' is not a SQLite database, is damaged or is encrypted. Restore it, or move it away.",
        _ => $"The database '{path}' failed: {failure.Message}",
    };

    public static StoreUnavailableException NotStored(Exception failure, string path) =>
        new($"{Explain(failure, path)} Nothing was stored: publish again once it is repaired.", mayBeStored: false, failure);

    public static StoreUnavailableException Unknown(Exception failure, string path) => new(
        $"{Explain(failure, path)} The message may have been stored all the same: publish again with the same IdempotencyKey, "
        + "which stores it once.", mayBeStored: true, failure);
}
