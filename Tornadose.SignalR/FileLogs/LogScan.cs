using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.FileLogs;

/// <summary>
/// Reads a store's files, oldest first. What it gives is one run without gaps: where something is damaged in the middle, the run begins after it, so that ids from before lead to a reset and those from after
/// stay valid. What is not whole at the end of the newest file is what a crash has left of a message that was never accepted.
/// </summary>
internal sealed class LogScan(string store)
{
    private readonly List<LogRecord> _records = [];
    private readonly List<Segment> _segments = [];
    private readonly List<string> _unreadable = [];
    private readonly List<string> _empty = [];

    public IReadOnlyList<LogRecord> Records => _records;

    public IReadOnlyList<Segment> Segments => _segments;

    /// <summary>Files that begin with nothing that is known.</summary>
    public IReadOnlyList<string> Unreadable => _unreadable;

    /// <summary>Files that a crash left before anything was written to them.</summary>
    public IReadOnlyList<string> Empty => _empty;

    /// <summary>In how many places messages are missing.</summary>
    public int Gaps { get; private set; }

    /// <summary>The position before the first record.</summary>
    public MessagePosition Origin { get; private set; }

    /// <summary>The position of the last record.</summary>
    public MessagePosition Last { get; private set; }

    /// <exception cref="IOException">A file cannot be read, or is another store's.</exception>
    public void Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (!SegmentHeader.TryRead(bytes, out var header))
        {
            (bytes.Length == 0 ? _empty : _unreadable).Add(path);
            return;
        }

        if (header.Store != store)
            throw new IOException($"'{path}' is a file of store '{header.Store}', and lies where those of store '{store}' are. Move it away.");
        if (_segments.Count == 0)
            BeginAt(header.Base);
        else if (header.Base != Last)
            ContinueAfterGap(header.Base);
        var segment = new Segment(path, header);
        _segments.Add(segment);
        ReadRecords(bytes, segment);
    }

    private void ReadRecords(ReadOnlySpan<byte> bytes, Segment segment)
    {
        var seed = segment.Header.Seed;
        for (var at = segment.Header.Length; at < bytes.Length;)
        {
            if (LogRecord.TryRead(bytes[at..], seed, out var record, out var length) && record.Offset > Last.Offset)
            {
                if (record.Offset != Last.Offset + 1)
                    ContinueAfterGap(Last with { Offset = record.Offset - 1, Tag = 0 });
                _records.Add(record);
                Last = record.Position(Last.Epoch);
                segment.OldestTime ??= record.UnixMilliseconds;
                segment.Length = at += length;
            }
            else if ((at = LogRecord.FindNext(bytes, at + 1, seed)) < 0)
            {
                return;
            }
        }
    }

    private void ContinueAfterGap(MessagePosition position)
    {
        Gaps++;
        BeginAt(position);
    }

    private void BeginAt(MessagePosition position)
    {
        _records.Clear();
        Origin = Last = position;
    }
}
