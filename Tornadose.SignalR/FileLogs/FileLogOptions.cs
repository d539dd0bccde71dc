using Tornadose.SignalR.FileLogs;

namespace Tornadose.SignalR;

/// <summary>The options of stores that are kept in files. Bound from the configuration section <c>Tornadose:FileLog</c>.</summary>
public sealed class FileLogOptions
{
    /// <summary>
    /// The folder, which is made where there is none. It belongs to one process at a time: a second one does not start. On a local disk, as locks and flushes are worth little on others. Relative to the
    /// current directory. No default: <c>AddFileLog</c> gives it.
    /// </summary>
    public string Path { get; set; } = "";

    /// <summary>When messages are forced to the disk. Default <see cref="FileLogFlush.Always"/>.</summary>
    public FileLogFlush Flush { get; set; } = FileLogFlush.Always;

    /// <summary>How often messages are forced to the disk with <see cref="FileLogFlush.Interval"/>. Default 1 s. From 10 ms to 1 hour. The loss of power takes what was accepted since.</summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The size at which a store begins a new file, in bytes. Default 4 MiB. From 4 KiB to 1 GiB. A file is deleted when the last of its messages is no longer kept, so that a store takes up to two of these
    /// beyond what it keeps; idempotency keys are remembered over a restart as long as their message's file is there.
    /// </summary>
    public long SegmentBytes { get; set; } = 4 * 1024 * 1024;
}
