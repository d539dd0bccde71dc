using System.Security.Cryptography;
using System.Text;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.StackExchangeRedis;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>
/// An in-memory model of a store as the append script keeps it in Redis, with its announcements: for many runs of a replica.
/// </summary>
internal sealed class SimulatedStore(Random random, int capacity, int pageSize = 5) : ILogSource
{
    public const string Seal = "0123456789abcdef0123456789abcdef01234567";

    private readonly List<(MessagePosition Position, uint Previous)> _log = [];
    private ulong _epoch = (ulong)random.NextInt64(1, long.MaxValue);
    private (MessagePosition Position, uint Previous) _top;
    private MessagePosition? _end;

    public MessagePosition Top => _top.Position.Epoch == _epoch ? _top.Position : new MessagePosition(_epoch, 0, 0);

    /// <summary>The tag of the preceding message, for every message that was ever appended.</summary>
    public Dictionary<MessagePosition, uint> PreviousTags { get; } = [];

    /// <summary>Appends a message and returns its announcement.</summary>
    public byte[] Append()
    {
        var previous = Top;
        var position = new MessagePosition(_epoch, previous.Offset + 1, (uint)random.NextInt64(1, uint.MaxValue));
        _top = (position, previous.Tag);
        _log.Add(_top);
        PreviousTags[position] = previous.Tag;
        if (_log.Count > capacity)
            _log.RemoveAt(0);
        return Announce(position, previous.Tag);
    }

    /// <summary>Appends the end of the store.</summary>
    public void Complete()
    {
        Append();
        _end = Top;
    }

    /// <summary>Loses the newest messages, as a snapshot does.</summary>
    public void RollBack(int count)
    {
        count = Math.Min(count, _log.Count - 1);
        if (count <= 0)
            return;
        _log.RemoveRange(_log.Count - count, count);
        _top = _log[^1];
    }

    /// <summary>Loses everything.</summary>
    public void Flush()
    {
        _log.Clear();
        _epoch++;
    }

    /// <summary>Loses the log but not the counter.</summary>
    public void DeleteLog() => _log.Clear();

    /// <summary>Called around a read: before Redis has answered it, and before the answer has arrived.</summary>
    public Action? Meanwhile { get; set; }

    /// <summary>The age of every message.</summary>
    public TimeSpan Age { get; set; }

    /// <summary>How often the log was read.</summary>
    public int Reads { get; private set; }

    /// <summary>Reads as <c>read.lua</c> does: at least two messages, however small the page.</summary>
    public Task<LogPage> ReadAsync(LogRange range, CancellationToken cancellationToken)
    {
        Assert.True(++Reads < 100_000, "reads without end");
        Meanwhile?.Invoke();
        var found = _log.Where(entry => entry.Position.Offset >= range.First && entry.Position.Offset <= range.Last).ToList();
        var size = Math.Max(2, Math.Min(range.Count, pageSize));
        var taken = range.NewestFirst ? found.TakeLast(size) : found.Take(size);
        var page = new LogPage(
            new LogTop(Top, Seal),
            taken.Select(entry => new LogPageEntry(entry.Position, Content(entry.Position), 0, entry.Previous)).ToList(),
            found.Count <= size, (long)Age.TotalMilliseconds);
        Meanwhile?.Invoke();
        return Task.FromResult(page);
    }

    private MessageContent Content(MessagePosition position) => position == _end
        ? MessageContent.End
        : new MessageContent(Encoding.ASCII.GetBytes(position.ToString()), MessageFormat.Text, null);

    private static byte[] Announce(MessagePosition position, uint previous)
    {
        return Prove(Encoding.ASCII.GetBytes($"{position.Epoch:x16};{position.Offset};{position.Tag:x8};{previous:x8};t0;{position}"));
    }

    /// <summary>An announcement of this content, with its proof.</summary>
    public static byte[] Prove(ReadOnlySpan<byte> body)
    {
        var inner = Hash([.. Encoding.ASCII.GetBytes(Seal), .. body]);
        var proof = Hash(Encoding.ASCII.GetBytes(Seal + inner))[..16];
        return [.. Encoding.ASCII.GetBytes($"\u0001T1;{proof};"), .. body];
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA1.HashData(bytes));
}
