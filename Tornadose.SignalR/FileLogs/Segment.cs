namespace Tornadose.SignalR.FileLogs;

/// <summary>One of a store's files.</summary>
/// <param name="path">Where it is.</param>
/// <param name="header">What it begins with.</param>
internal sealed class Segment(string path, SegmentHeader header)
{
    public string Path => path;

    public SegmentHeader Header => header;

    /// <summary>Up to where it is known to be good.</summary>
    public long Length { get; set; } = header.Length;

    /// <summary>When its first message came, in milliseconds since 1970; null for one without messages.</summary>
    public long? OldestTime { get; set; }
}
