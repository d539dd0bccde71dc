namespace Tornadose.SignalR.FileLogs;

/// <summary>Keeps other processes out of the folder. The operating system lets it go with the process, however that ends.</summary>
internal static class FolderLock
{
    /// <exception cref="IOException">Another process has the folder, or it cannot be used.</exception>
    public static IDisposable Take(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (failure is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
        {
            throw new IOException($"The folder '{folder}' is in use: the stores of a file log belong to one process at a time. End the other one, or give this one a folder of its own by AddFileLog(path).", failure);
        }
    }
}
