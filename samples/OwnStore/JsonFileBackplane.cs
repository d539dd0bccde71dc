using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tornadose.SignalR;
using Tornadose.SignalR.Backplanes;

namespace OwnStore;

/// <summary>Keeps each store in a file of JSON lines, so that it continues after a restart where it was.</summary>
public sealed class JsonFileBackplane(string folder, TimeProvider time) : IBackplane
{
    public string Folder => folder;

    public IBackplaneChannel Open(string store, MessageLogLimits limits)
    {
        Directory.CreateDirectory(folder);
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(store))); // names from outside must not become paths
        return new JsonFileChannel(store, Path.Combine(folder, $"{name}.jsonl"), limits, time);
    }
}

internal sealed record Line(
    string Id, string Data = "", bool IsJson = false, string? EventType = null, string? Key = null, DateTimeOffset At = default);

internal sealed class JsonFileChannel : IBackplaneChannel
{
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, MessagePosition> _keys = []; // (production code removes them after their five minutes)
    private readonly FileStream _file;
    private readonly TimeProvider _time;
    private readonly string _store;
    private bool _disposed;

    public JsonFileChannel(string store, string path, MessageLogLimits limits, TimeProvider time)
    {
        (_store, _time) = (store, time);
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None); // one process at a time
        var lines = Read();
        if (lines.Count == 0)
            // a new epoch
            lines.Add(WriteLine(new Line(new MessagePosition(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)), 0, 0).ToString())));
        Log = new MessageLog(limits, Position(lines[0]), time);
        foreach (var line in lines.Skip(1))
        {
            var age = time.GetUtcNow() - line.At;
            Log.Append(Position(line), Content(line), age);
            if (line.Key is not null && age < KeyLifetime)
                _keys[line.Key] = Position(line);
        }

        if (lines.Count > 2 * limits.Capacity + 2)
            Shorten(lines);
    }

    public MessageLog Log { get; }

    public ValueTask<MessagePosition> AppendAsync(
        IReadOnlyList<MessageContent> contents, string? idempotencyKey, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (idempotencyKey is not null && _keys.TryGetValue(idempotencyKey, out var earlier))
                return new(earlier);
            if (Log.HasEnd)
                return contents[^1].IsEnd ? new(Log.Position) : throw new StoreCompletedException(_store);
            var last = Log.Position;
            var positions = contents.Select((_, index) => last with { Offset = last.Offset + 1 + index, Tag = NewTag() }).ToList();
            WriteLines(contents.Zip(positions, (content, position) => new Line(
                $"{position}", Encoding.UTF8.GetString(content.Data.Span), content.Format == MessageFormat.Json, content.EventType,
                position == positions[^1] ? idempotencyKey : null, _time.GetUtcNow())));
            if (idempotencyKey is not null)
                _keys[idempotencyKey] = positions[^1];
            foreach (var (content, position) in contents.Zip(positions))
                Log.Append(position, content); // readers see only what is stored
            return new(positions[^1]);
        }
    }

    // Only this process uses the file, so its log is always up to date: there is nothing to follow, and nothing to catch up with.
    public ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken) => new(Stream.Null);

    public ValueTask CatchUpAsync(MessagePosition position, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposed = true;
            _file.Dispose();
        }

        Log.Complete();
        return ValueTask.CompletedTask;
    }

    private static uint NewTag() => (uint)Random.Shared.NextInt64(1, 1L << 32);

    private static MessagePosition Position(Line line) =>
        MessagePosition.TryParse(line.Id, out var position) ? position : throw new InvalidDataException($"'{line.Id}' is not an id.");

    private static MessageContent Content(Line line) =>
        new(Encoding.UTF8.GetBytes(line.Data), line.IsJson ? MessageFormat.Json : MessageFormat.Text, line.EventType);

    /// <summary>Reads all complete lines, and cuts off what a crash has left of a last one.</summary>
    private List<Line> Read()
    {
        var bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        var lines = new List<Line>();
        var good = 0;
        for (int end; (end = Array.IndexOf(bytes, (byte)'\n', good)) >= 0; good = end + 1)
            lines.Add(JsonSerializer.Deserialize<Line>(bytes.AsSpan(good, end - good))!);
        _file.SetLength(good);
        return lines;
    }

    private Line WriteLine(Line line)
    {
        WriteLines([line]);
        return line;
    }

    private void WriteLines(IEnumerable<Line> lines)
    {
        var good = _file.Length;
        try
        {
            _file.Write([.. lines.SelectMany(line => (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(line), (byte)'\n'])]);
            _file.Flush(); // Flush(true) also survives the loss of power
        }
        catch (IOException failure)
        {
            _file.SetLength(good); // all or nothing
            throw new StoreRefusedException($"The message could not be written: {failure.Message}", failure);
        }
    }

    /// <summary>Rewrites the file with what is kept. (Production code writes a second file, and renames it.)</summary>
    private void Shorten(List<Line> lines)
    {
        var kept = Log.GetSnapshot().Messages.Count;
        _file.SetLength(0);
        foreach (var line in lines.Skip(lines.Count - kept - 1))
            WriteLine(line);
    }
}
