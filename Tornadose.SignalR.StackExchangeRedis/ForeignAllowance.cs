using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// Token bucket for messages without a position, which push stored messages out of the window: a burst of half a window, refilled within a
/// minute. Messages beyond that are dropped, as "at most once" allows.
/// </summary>
internal sealed class ForeignAllowance(MessageLog log, TimeProvider time)
{
    private static readonly TimeSpan Refill = TimeSpan.FromMinutes(1);

    private double _tokens = double.MaxValue;
    private long _filledAt = time.GetTimestamp();

    /// <summary>Whether one more may be appended.</summary>
    public bool TryTake()
    {
        if (log.Latest is null)
            return true; // nothing is kept that could be lost
        var burst = Math.Max(1, log.Limits.Slots / 2);
        var now = time.GetTimestamp();
        _tokens = Math.Min(burst, _tokens + (burst * (time.GetElapsedTime(_filledAt, now) / Refill)));
        _filledAt = now;
        if (_tokens < 1)
            return false;
        _tokens--;
        return true;
    }
}
