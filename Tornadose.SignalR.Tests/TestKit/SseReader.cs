using System.Net.ServerSentEvents;
using System.Text;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>An event as a browser dispatches it.</summary>
/// <param name="Type">The event type, <c>message</c> when the stream named none.</param>
/// <param name="Data">The data with LF between its lines.</param>
/// <param name="LastEventId">The last event id at the time of the dispatch, which may stem from an earlier event.</param>
/// <param name="Id">The id in this event's own block, null when it had none.</param>
public sealed record SseEvent(string Type, string Data, string LastEventId, string? Id);

/// <summary>
/// Feeds the framework's parser with a stream whose lines end with LF and that arrives in pieces cut anywhere. The parser gets
/// whole blocks: an event without its blank line is not dispatched.
/// </summary>
public sealed class SseReader
{
    private readonly List<SseEvent> _events = [];
    private readonly List<string> _comments = [];
    private readonly MemoryStream _open = new();

    /// <summary>The <c>Last-Event-ID</c> that a reconnecting client would send.</summary>
    public string LastEventId { get; private set; } = "";

    /// <summary>The last <c>retry</c> value in milliseconds.</summary>
    public long? ReconnectionTime { get; private set; }

    public IReadOnlyList<SseEvent> Events => _events;

    /// <summary>Comment lines without their colon. The parser ignores them; keep-alive tests do not.</summary>
    public IReadOnlyList<string> Comments => _comments;

    public void Push(ReadOnlySpan<byte> bytes)
    {
        var searched = Math.Max(0, (int)_open.Length - 1);
        _open.Write(bytes);
        var all = _open.GetBuffer().AsSpan(0, (int)_open.Length);
        var end = all[searched..].LastIndexOf("\n\n"u8);
        if (end < 0)
            return;
        var blocks = all[..(searched + end + 2)].ToArray();
        var rest = all[blocks.Length..].ToArray();
        _open.SetLength(0);
        _open.Write(rest);
        Parse(blocks);
    }

    private void Parse(byte[] blocks)
    {
        var lines = Encoding.UTF8.GetString(blocks).Split('\n');
        _comments.AddRange(lines.Where(static line => line.StartsWith(':')).Select(static line => line[1..]));
        using var stream = new MemoryStream(blocks);
        var parser = SseParser.Create(stream);
        foreach (var item in parser.Enumerate())
        {
            LastEventId = item.EventId ?? LastEventId;
            _events.Add(new SseEvent(item.EventType, item.Data, LastEventId, item.EventId));
        }

        if (parser.ReconnectionInterval != Timeout.InfiniteTimeSpan)
            ReconnectionTime = (long)parser.ReconnectionInterval.TotalMilliseconds;
    }
}
