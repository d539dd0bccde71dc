namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// Keeps other processes out of the database. SQLite's own locks would do so only in a mode that also shuts out this process's other
/// connections and programs that inspect the database. The operating system releases both locks when the process ends, however it ends.
/// </summary>
/// <remarks>
/// A file beside the database is locked as a whole, which also refuses a second use in the same process. That file can be deleted, and a
/// hard link to the database has another one beside it, so a byte of the database itself is locked too, far beyond its end and the bytes
/// that SQLite locks. On macOS only the file beside it is locked.
/// </remarks>
internal sealed class DatabaseLock : IDisposable
{
    private const long LockedByte = 1L << 62;

    private readonly string _path;
    private readonly FileStream _beside;
    private FileStream? _database;

    /// <exception cref="StoreUnavailableException">Another process has the file beside the database, or it cannot be opened.</exception>
    public DatabaseLock(string database)
    {
        _path = database;
        _beside = Open($"{database}-lock", FileShare.None);
    }

    /// <summary>
    /// Called when SQLite holds its own lock on the database, which it keeps while it has a write-ahead log: releasing it would release
    /// all locks that the process has on the file. Called before anything is written.
    /// </summary>
    /// <exception cref="StoreUnavailableException">Another process has the database, or it cannot be opened.</exception>
    public void LockDatabase()
    {
        if (OperatingSystem.IsMacOS())
            return;
        _database = Open(_path, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            _database.Lock(LockedByte, 1);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw InUse(_path, failure);
        }
    }

    /// <summary>Called when SQLite has closed the database.</summary>
    public void Dispose()
    {
        _database?.Dispose();
        _beside.Dispose();
    }

    private FileStream Open(string path, FileShare share)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share, bufferSize: 0);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw Refused($"The file '{path}' is read-only. Make the file and its folder writable.", failure);
        }
        catch (IOException failure) when (IsLocked(failure))
        {
            throw InUse(path, failure);
        }
        catch (IOException failure)
        {
            throw Refused($"The file '{path}', whose lock keeps other processes out, cannot be opened: {failure.Message}", failure);
        }
    }

    /// <summary>EAGAIN on Linux and macOS, a sharing violation on Windows.</summary>
    private static bool IsLocked(IOException failure) => (failure.HResult & 0xFFFF) is 11 or 35 or 32;

    private StoreUnavailableException InUse(string locked, Exception failure) => Refused(
        $"The database '{_path}' is in use by another process, which has locked '{locked}': "
        + "stores on SQLite belong to one process at a time. "
        + """End the other process, or give this one a database of its own by AddSqlite("Data Source=..."). """
        + "No file need be deleted.", failure);

    private static StoreUnavailableException Refused(string message, Exception failure) => new(message, mayBeStored: false, failure);
}
