using System.Buffers;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.FileLogs;

/// <summary>Messages that are written together, and flushed together: what many publishers wait for costs as much as what one waits for.</summary>
internal sealed class AppendBatch(IdempotencyKeys keys, TimeProvider time)
{
    /// <summary>When this much is together it is written.</summary>
    private const int EnoughBytes = 1 << 20;

    private readonly List<PendingAppend> _appends = [];
    private readonly Dictionary<string, MessagePosition> _newKeys = new(StringComparer.Ordinal);
    private ArrayBufferWriter<byte> _records = new();
    private long _firstTime;

    public IReadOnlyList<PendingAppend> Appends => _appends;

    public bool IsFull => _records.WrittenCount >= EnoughBytes;

    public ReadOnlySpan<byte> Records => _records.WrittenSpan;

    /// <summary>When the first message came, in milliseconds since 1970.</summary>
    public long FirstTime => _firstTime;

    /// <summary>The position of the last message that is new.</summary>
    public MessagePosition Last { get; private set; }

    /// <summary>Empties the batch.</summary>
    /// <param name="last">The position after which it begins.</param>
    public void Begin(MessagePosition last)
    {
        _appends.Clear();
        _newKeys.Clear();
        if (_records.Capacity > 4 * EnoughBytes)
            _records = new(); // a message of many megabytes came, and is not the rule
        _records.ResetWrittenCount();
        Last = last;
        keys.Trim();
    }

    public void Add(PendingAppend append, uint seed)
    {
        _appends.Add(append);
        if (append.Key is { } key && (_newKeys.TryGetValue(key, out var earlier) || keys.TryGet(key, out earlier)))
        {
            (append.Position, append.IsRepeated) = (earlier, true);
            return;
        }

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (_records.WrittenCount == 0)
            _firstTime = now;
        Last = new MessagePosition(Last.Epoch, Last.Offset + 1, (uint)Random.Shared.NextInt64(1, 1L << 32));
        append.Position = Last;
        if (append.Key is not null)
            _newKeys.Add(append.Key, Last);
        new LogRecord(Last.Offset, Last.Tag, now, append.Content, append.Key).WriteTo(_records, seed);
    }

    /// <summary>Called when the records are written: hands the messages to the readers, and their positions to the publishers.</summary>
    public void Accept(MessageLog log)
    {
        foreach (var (key, position) in _newKeys)
            keys.Add(key, position);
        foreach (var append in _appends.Where(static append => !append.IsRepeated))
            log.Append(append.Position!.Value, append.Content);
        foreach (var append in _appends)
            append.TrySetResult(append.Position!.Value);
    }

    public void Fail(Exception failure)
    {
        foreach (var append in _appends)
            append.TrySetException(failure);
    }
}
