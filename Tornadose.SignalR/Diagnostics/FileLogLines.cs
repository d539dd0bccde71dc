using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.Diagnostics;

/// <summary>The log lines of stores in files. Never a payload.</summary>
internal static partial class FileLogLines
{
    [LoggerMessage(40, LogLevel.Error, "The files of store {Store} cannot be read. It is tried again; until then the store is empty and takes no messages.")]
    public static partial void FilesUnreadable(this ILogger logger, Exception failure, string store);

    [LoggerMessage(41, LogLevel.Error, "Messages of store {Store} are missing or damaged in {Places} places of its files. It goes on with those after; readers that had seen less get a reset.")]
    public static partial void FilesDamaged(this ILogger logger, string store, int places);

    [LoggerMessage(42, LogLevel.Error, "The file of store {Store} could not be written. Publishing fails until it can be.")]
    public static partial void CommitFailed(this ILogger logger, Exception failure, string store);
}
