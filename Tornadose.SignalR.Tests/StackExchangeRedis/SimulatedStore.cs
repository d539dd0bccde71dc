using System.Security.Cryptography;
using System.Text;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.StackExchangeRedis;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>A store as the append script keeps it in Redis, and what it would announce, in memory: for many runs of what a replica can meet.</summary>
internal sealed class SimulatedStore(Random random, int capacity)
{
    private const string Seal = "secret";

    private readonly List<(MessagePosition Position, uint Previous)> _log = [];
    private ulong _epoch = (ulong)random.NextInt64(1, long.MaxValue);
    private (MessagePosition Position, uint Previous) _top;

    public MessagePosition Top => _top.Position.Epoch == _epoch ? _top.Position : new MessagePosition(_epoch, 0, 0);

    /// <summary>The tag of the message before, for every message there ever was.</summary>
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

    /// <summary>Loses the log, and not the counter.</summary>
    public void DeleteLog() => _log.Clear();

    public LogPage Read(long from, int size)
    {
        var found = _log.Where(entry => entry.Position.Offset >= from).Take(size + 1).ToList();
        var entries = found.Take(size).Select(entry => new LogPageEntry(entry.Position, Content(entry.Position), 0)).ToList();
        return new LogPage(new LogTop(Top, Seal), entries, found.Count < size, 0);
    }

    private static MessageContent Content(MessagePosition position) => new(Encoding.ASCII.GetBytes(position.ToString()), MessageFormat.Text, null);

    private static byte[] Announce(MessagePosition position, uint previous)
    {
        var proof = Convert.ToHexStringLower(SHA1.HashData(Encoding.ASCII.GetBytes($"{Seal}:{position.Offset}:{position.Tag:x8}:{previous:x8}")))[..16];
        return Encoding.ASCII.GetBytes($"\u0001T1;{position.Epoch:x16};{position.Offset};{position.Tag:x8};{previous:x8};{proof};t0;{position}");
    }
}
