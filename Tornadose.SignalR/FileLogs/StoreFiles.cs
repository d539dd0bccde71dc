using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.FileLogs;

/// <summary>
/// The files of one store, each named after its first message; only the newest is written to. They are read when the store is opened, and never again: readers have the log in memory. Not safe for concurrent use: the channel's
/// loop is the only user.
/// </summary>
/// <remarks>
/// Invariant: up to <see cref="Segment.Length"/> the newest file holds what was accepted, and nothing else counts. A write that failed is taken back before anything else is written.
/// </remarks>
internal sealed class StoreFiles(string folder, string store, FileLogOptions options) : IDisposable
{
    private const int ProbeBytes = 64 * 1024;

    private readonly List<Segment> _segments = [];
    private SafeFileHandle? _handle;
    private bool _undoDue;
    private bool _dirty;

    /// <summary>The position of the newest message.</summary>
    public MessagePosition Last { get; private set; }

    /// <summary>Whether there is something to flush, or a file that is open and need not be.</summary>
    public bool IsActive => _handle is not null;

    /// <summary>The number that checksums begin with in the file that the next records go to.</summary>
    public uint Seed => _segments.Count == 0 ? Begin().Header.Seed : _segments[^1].Header.Seed;

    /// <summary>Reads what there is. What a crash has left of a message that was not accepted is cut off.</summary>
    /// <exception cref="IOException">Something cannot be read.</exception>
    public LogScan Load()
    {
        var scan = new LogScan(store);
        foreach (var path in Directory.Exists(folder) ? Directory.GetFiles(folder, "*.log").Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
            scan.Read(path);
        foreach (var path in scan.Empty)
            File.Delete(path);
        foreach (var path in scan.Unreadable)
            File.Move(path, $"{path}.damaged", overwrite: true); // not ours to delete
        _segments.Clear();
        _segments.AddRange(scan.Segments);
        if (_segments.Count == 0)
        {
            // The folder is made with the first message: whoever asks for stores by random names leaves nothing on the disk.
            Last = new MessagePosition(NewEpoch(), 0, 0);
            return scan;
        }

        Last = scan.Last;
        if (new FileInfo(_segments[^1].Path).Length > _segments[^1].Length)
            TakeBack();
        return scan;
    }

    /// <summary>Writes records at the end, all or none.</summary>
    /// <param name="records">The records.</param>
    /// <param name="first">The time of the first, in milliseconds since 1970.</param>
    /// <param name="last">The position of the last.</param>
    /// <exception cref="IOException">They were not written; see <see cref="TryTakeBack"/>.</exception>
    public void Append(ReadOnlySpan<byte> records, long first, MessagePosition last)
    {
        if (_undoDue)
            TakeBack();
        var segment = _segments[^1];
        _undoDue = true;
        _handle ??= Open(segment.Path, FileMode.Open);
        RandomAccess.Write(_handle, records, segment.Length);
        if (options.Flush == FileLogFlush.Always)
            RandomAccess.FlushToDisk(_handle);
        _undoDue = false;
        _dirty = options.Flush == FileLogFlush.Interval;
        segment.Length += records.Length;
        segment.OldestTime ??= first;
        Last = last;
    }

    /// <summary>Takes back what a write that failed may have left.</summary>
    /// <returns>False when that is not possible either: after a crash, messages could be found that were refused.</returns>
    public bool TryTakeBack()
    {
        try
        {
            if (_undoDue)
                TakeBack();
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void Flush()
    {
        if (_dirty && _handle is not null)
            RandomAccess.FlushToDisk(_handle);
        _dirty = false;
    }

    /// <summary>Begins a new file where the newest is large enough, or holds what is too old to be kept; deletes files that hold only messages from before the one that is the oldest kept.</summary>
    /// <param name="oldestKept">The offset of the oldest message that is kept; one more than the newest when none is.</param>
    /// <param name="expired">Messages from before this time, in milliseconds since 1970, are too old.</param>
    public void Clean(long oldestKept, long expired)
    {
        if (_segments.Count == 0)
            return;
        if (_segments[^1].Length >= options.SegmentBytes || _segments[^1].OldestTime < expired)
            Begin();
        while (_segments.Count > 1 && _segments[1].Header.Base.Offset < oldestKept)
        {
            File.Delete(_segments[0].Path);
            _segments.RemoveAt(0);
        }
    }

    /// <summary>Closes the file until the next write, so that quiet stores, of which there may be thousands, hold none open.</summary>
    public void Rest()
    {
        Flush();
        _handle?.Dispose();
        _handle = null;
    }

    /// <summary>Tries whether there is room for as much as a disk gives out at once, in a file that is no log's. From any thread.</summary>
    public bool CanWrite()
    {
        try
        {
            Directory.CreateDirectory(folder);
            using var handle = File.OpenHandle(Path.Combine(folder, $"{Guid.NewGuid():N}.probe"), FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.DeleteOnClose);
            RandomAccess.Write(handle, new byte[ProbeBytes], 0);
            RandomAccess.FlushToDisk(handle);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _handle?.Dispose();
        _handle = null;
    }

    private Segment Begin()
    {
        Directory.CreateDirectory(folder);
        if (_segments.Count > 0)
            Rest();
        var header = new SegmentHeader(Last, BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))), store);
        var segment = new Segment(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Last.Offset + 1:d19}.log")), header);
        using (var handle = Open(segment.Path, FileMode.Create))
        {
            RandomAccess.Write(handle, header.ToBytes(), 0);
            if (options.Flush != FileLogFlush.Never)
                RandomAccess.FlushToDisk(handle); // with the journals of ext4, XFS and Btrfs the new name goes to the disk as well
        }

        _segments.Add(segment);
        return segment;
    }

    private void TakeBack()
    {
        var segment = _segments[^1];
        _handle?.Dispose(); // after a flush that failed, the handle is not to be trusted
        _handle = null;
        _handle = Open(segment.Path, FileMode.Open);
        RandomAccess.SetLength(_handle, segment.Length);
        RandomAccess.FlushToDisk(_handle);
        _undoDue = false;
    }

    private static SafeFileHandle Open(string path, FileMode mode) => File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.Read);

    private static ulong NewEpoch() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}
