using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Inspection;

/// <summary>How many bytes of a log follow a sequence number, from one walk over the log for all subscribers.</summary>
internal sealed class BytesBehind
{
    /// <summary>A longer log is not walked.</summary>
    private const int MaxMessages = 100_000;

    private readonly long _last;
    private readonly List<long>? _sums;

    /// <param name="log">The log.</param>
    public BytesBehind(MessageLog log)
    {
        _last = log.LastSequence;
        var count = log.Count;
        if (count > MaxMessages)
            return;
        _sums = new(count + 1) { 0 };
        for (var sequence = _last; sequence > _last - count && log.Find(sequence) is { } entry; sequence--)
            _sums.Add(_sums[^1] + entry.Size);
    }

    /// <summary>The bytes that are kept from a sequence number on; null if the log is too long.</summary>
    public long? From(long sequence) => _sums?[(int)Math.Clamp(_last - sequence + 1, 0, _sums.Count - 1)];
}
