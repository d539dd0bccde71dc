using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Tornadose.SignalR.Client;

/// <summary>
/// Parses a response into events (WHATWG HTML §9.2.6). The framework's <c>SseParser</c> drops the fields <c>format</c>, <c>ends</c> and
/// <c>store</c>, without which text cannot be told from JSON, nor CR from LF.
/// </summary>
/// <param name="stream">The response's body.</param>
/// <param name="heard">Called whenever bytes arrive, if only a comment.</param>
/// <param name="retry">Called with the server's reconnection time.</param>
internal sealed class EventStreamReader(Stream stream, Action heard, Action<TimeSpan> retry)
{
    private const int UsualBuffer = 8 * 1024;

    /// <summary>Larger buffers are not kept for the next message.</summary>
    private const int MostKept = 64 * 1024;

    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);

    private byte[] _buffer = new byte[UsualBuffer];
    private int _begin; // start of the next line
    private int _searched; // no line end before this index
    private int _end;
    private bool _isAfterReturn; // a line feed that follows belongs to the return
    private bool _isFirstLine = true;
    private ArrayBufferWriter<byte> _data = new();
    private int _dataLines;
    private string? _id;
    private string? _eventType;
    private string? _store;
    private string? _format;
    private string? _ends;

    /// <summary>The next event that has data.</summary>
    /// <returns>Null at the end of the stream; an event that no blank line ends is discarded.</returns>
    public async ValueTask<ServerSentEvent?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryReadEvent(out var received))
                return received;
            MakeRoom();
            var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (count == 0)
                return null;
            heard();
            _end += count;
        }
    }

    private bool TryReadEvent(out ServerSentEvent received)
    {
        while (TryReadLine(out var line))
        {
            if (line.IsEmpty && TryDispatch(out received))
                return true;
            if (!line.IsEmpty)
                ReadField(line);
        }

        received = default;
        return false;
    }

    private bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        line = default;
        if (_isAfterReturn && _begin < _end)
        {
            _isAfterReturn = false;
            if (_buffer[_begin] == '\n')
                _begin++;
        }

        _searched = Math.Max(_searched, _begin);
        var length = _buffer.AsSpan(_searched, _end - _searched).IndexOfAny(LineEnds);
        if (length < 0)
        {
            _searched = _end;
            return false;
        }

        var end = _searched + length;
        line = _buffer.AsSpan(_begin, end - _begin);
        _isAfterReturn = _buffer[end] == '\r';
        _begin = _searched = end + 1;
        if (_isFirstLine && line.StartsWith("\uFEFF"u8))
            line = line[3..];
        _isFirstLine = false;
        return true;
    }

    private void ReadField(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon == 0)
            return; // a comment
        var name = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? default : line[(colon + 1)..];
        if (value is [(byte)' ', ..])
            value = value[1..];
        if (name.SequenceEqual("data"u8))
            AddData(value);
        else if (name.SequenceEqual("id"u8))
            _id = value.Contains((byte)0) ? _id : Encoding.UTF8.GetString(value);
        else if (name.SequenceEqual("event"u8))
            _eventType = Encoding.UTF8.GetString(value);
        else if (name.SequenceEqual("retry"u8))
            ReadRetry(value);
        else if (name.SequenceEqual("store"u8))
            _store = Encoding.UTF8.GetString(value);
        else if (name.SequenceEqual("format"u8))
            _format = Encoding.UTF8.GetString(value);
        else if (name.SequenceEqual("ends"u8))
            _ends = Encoding.UTF8.GetString(value);
    }

    private void AddData(ReadOnlySpan<byte> line)
    {
        if (_dataLines++ > 0)
            _data.Write("\n"u8);
        _data.Write(line);
    }

    private void ReadRetry(ReadOnlySpan<byte> value)
    {
        if (!value.ContainsAnyExceptInRange((byte)'0', (byte)'9') && Utf8Parser.TryParse(value, out int milliseconds, out _))
            retry(TimeSpan.FromMilliseconds(milliseconds));
    }

    private bool TryDispatch(out ServerSentEvent received)
    {
        var hasData = _dataLines > 0;
        received = hasData
            ? new ServerSentEvent { Id = _id, EventType = EventType, Store = _store, Format = _format, Data = Data() }
            : default;
        (_id, _eventType, _store, _format, _ends, _dataLines) = (null, null, null, null, null, 0);
        if (_data.Capacity > MostKept)
            _data = new();
        else
            _data.ResetWrittenCount();
        return hasData;
    }

    private string? EventType => string.IsNullOrEmpty(_eventType) ? null : _eventType;

    private byte[] Data()
    {
        var data = _ends is null ? _data.WrittenSpan.ToArray() : WithEnds(_data.WrittenSpan, _ends);
        return Utf8.IsValid(data) ? data : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(data));
    }

    /// <summary>Restores the line ends: <c>ends</c> has a letter for each line, and its last letter stands for all that follow.</summary>
    private static byte[] WithEnds(ReadOnlySpan<byte> data, string ends)
    {
        var text = new ArrayBufferWriter<byte>(Math.Max(1, data.Length + data.Count((byte)'\n')));
        for (var line = 0; ; line++)
        {
            var length = data.IndexOf((byte)'\n');
            text.Write(length < 0 ? data : data[..length]);
            if (length < 0)
                return text.WrittenSpan.ToArray();
            var letter = ends.Length == 0 ? 'n' : ends[Math.Min(line, ends.Length - 1)];
            text.Write(letter switch { 'r' => "\r"u8, 'b' => "\r\n"u8, _ => "\n"u8 });
            data = data[(length + 1)..];
        }
    }

    private void MakeRoom()
    {
        var rest = _end - _begin;
        if (_begin > 0 && (rest == 0 || _end == _buffer.Length))
        {
            var buffer = rest <= UsualBuffer / 2 && _buffer.Length > MostKept ? new byte[UsualBuffer] : _buffer;
            _buffer.AsSpan(_begin, rest).CopyTo(buffer);
            (_buffer, _begin, _searched, _end) = (buffer, 0, _searched - _begin, rest);
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, checked(_buffer.Length * 2));
    }
}
