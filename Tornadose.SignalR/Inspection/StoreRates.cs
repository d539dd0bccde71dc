using System.Collections.Concurrent;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Inspection;

/// <summary>The publish rates of stores: the difference of offsets between two reports. Nothing is counted while nobody asks.</summary>
internal sealed class StoreRates(TimeProvider time)
{
    private static readonly TimeSpan ShortestLook = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Look> _looks = new(StringComparer.Ordinal);

    /// <summary>Messages per second since the last report; null when that was too long ago, or in another epoch of the log.</summary>
    public double? Next(string store, MessagePosition position)
    {
        var now = time.GetTimestamp();
        var last = _looks.GetValueOrDefault(store);
        var elapsed = last is null ? TimeSpan.MaxValue : time.GetElapsedTime(last.At, now);
        if (elapsed < ShortestLook)
            return last!.Rate; // somebody else looks as well
        var rate = elapsed <= LongestLook
            && last!.Position.Epoch == position.Epoch ? (position.Offset - last.Position.Offset) / elapsed.TotalSeconds : (double?)null;
        _looks[store] = new Look(position, now, rate);
        return rate;
    }

    /// <summary>Forgets the stores that no longer exist.</summary>
    public void Keep(IReadOnlySet<string> stores)
    {
        foreach (var (store, _) in _looks)
            if (!stores.Contains(store))
                _looks.TryRemove(store, out _);
    }

    private sealed record Look(MessagePosition Position, long At, double? Rate);
}
