namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// Keeps other processes out of the database, by a lock on a file beside it. SQLite's own locks would do so only in a mode that shuts out
/// this process's other connections as well, and programs that look into the database. The operating system lets go of it when the
/// process ends, however it ends.
/// </summary>
internal static class DatabaseLock
{
    /// <exception cref="StoreUnavailableException">Another process has the database, or the file cannot be made.</exception>
    public static IDisposable Take(string database)
    {
        var path = $"{database}-lock";
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw Refused($"The file '{path}' cannot be written. Make it and its folder writable.", failure);
        }
        catch (IOException failure) when (IsLocked(failure))
        {
            throw Refused(
                $"The database '{database}' is in use by another process, which has locked '{path}': stores on SQLite belong to one process "
                + "at a time. End the other process, or give this one a database of its own by AddSqlite(\"Data Source=...\"). "
                + "The lock file need not be deleted.", failure);
        }
        catch (IOException failure)
        {
            throw Refused($"The file '{path}', which keeps other processes out, cannot be made: {failure.Message}", failure);
        }
    }

    /// <summary>EAGAIN on Linux and macOS, a sharing violation on Windows.</summary>
    private static bool IsLocked(IOException failure) => (failure.HResult & 0xFFFF) is 11 or 35 or 32;

    private static StoreUnavailableException Refused(string message, Exception failure) => new(message, mayBeStored: false, failure);
}
