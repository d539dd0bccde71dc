using System.Text;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>An event as a browser dispatches it.</summary>
/// <param name="Type">The event type, <c>message</c> when the stream named none.</param>
/// <param name="Data">The data with LF between its lines.</param>
/// <param name="LastEventId">The last event id at the time of the dispatch, which may stem from an earlier event.</param>
/// <param name="Id">The id in this event's own block, null when it had none.</param>
public sealed record SseEvent(string Type, string Data, string LastEventId, string? Id);

/// <summary>
/// The event stream interpretation of the WHATWG HTML standard, section 9.2.6, by its text and without any extra
/// leniency. Takes bytes cut anywhere. An event that is not ended by a blank line is never dispatched.
/// </summary>
public sealed class WhatwgSseParser
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _line = new();
    private readonly StringBuilder _data = new();
    private readonly List<SseEvent> _events = [];
    private readonly List<string> _comments = [];
    private string _eventType = "";
    private string _idBuffer = "";
    private string? _ownId;
    private bool _started;
    private bool _afterCarriageReturn;

    /// <summary>What a reconnecting client would send.</summary>
    public string LastEventId { get; private set; } = "";

    /// <summary>The last valid <c>retry</c> value in milliseconds.</summary>
    public long? ReconnectionTime { get; private set; }

    public IReadOnlyList<SseEvent> Events => _events;

    /// <summary>Comment lines without their colon. The standard ignores them; keep-alive tests do not.</summary>
    public IReadOnlyList<string> Comments => _comments;

    public static IReadOnlyList<SseEvent> Parse(ReadOnlySpan<byte> stream)
    {
        var parser = new WhatwgSseParser();
        parser.Push(stream);
        return parser.Events;
    }

    public void Push(ReadOnlySpan<byte> bytes)
    {
        var chars = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        var count = _decoder.GetChars(bytes, chars, flush: false);
        foreach (var character in chars.AsSpan(0, count))
            Take(character);
    }

    private void Take(char character)
    {
        var isByteOrderMark = !_started && character == '\uFEFF';
        var endsCrLf = _afterCarriageReturn && character == '\n';
        _started = true;
        _afterCarriageReturn = character == '\r';
        if (isByteOrderMark || endsCrLf)
            return;
        if (character is '\r' or '\n')
            EndLine();
        else
            _line.Append(character);
    }

    private void EndLine()
    {
        var line = _line.ToString();
        _line.Clear();
        var colon = line.IndexOf(':');
        if (line.Length == 0)
            Dispatch();
        else if (colon == 0)
            _comments.Add(line[1..]);
        else if (colon < 0)
            Field(line, "");
        else
            Field(line[..colon], line.AsSpan(colon + 1) is [' ', .. var rest] ? rest.ToString() : line[(colon + 1)..]);
    }

    private void Field(string name, string value)
    {
        switch (name)
        {
            case "event":
                _eventType = value;
                break;
            case "data":
                _data.Append(value).Append('\n');
                break;
            case "id" when !value.Contains('\0'):
                _idBuffer = _ownId = value;
                break;
            case "retry" when value.Length > 0 && value.All(char.IsAsciiDigit):
                ReconnectionTime = long.TryParse(value, out var milliseconds) ? milliseconds : long.MaxValue;
                break;
        }
    }

    private void Dispatch()
    {
        LastEventId = _idBuffer;
        if (_data.Length > 0)
        {
            _data.Length--;
            _events.Add(new SseEvent(_eventType.Length == 0 ? "message" : _eventType, _data.ToString(), LastEventId, _ownId));
        }

        _data.Clear();
        _eventType = "";
        _ownId = null;
    }
}
