namespace BlazorDashboard.Metrics;

/// <summary>
/// Turns a counter that only grows into a rate a second. There is no rate before the second reading, and none when the counter
/// has stepped back: an interface or a disk was taken out and came back, and the difference would mean nothing.
/// </summary>
public sealed class CounterRate(TimeProvider clock)
{
    private long _value;
    private long? _readAt;

    /// <summary>Takes a reading; gives the growth a second since the one before.</summary>
    public double? Next(long value)
    {
        var now = clock.GetTimestamp();
        double? rate = null;
        if (_readAt is { } before && value >= _value)
        {
            var seconds = clock.GetElapsedTime(before, now).TotalSeconds;
            rate = seconds > 0 ? (value - _value) / seconds : null;
        }

        (_value, _readAt) = (value, now);
        return rate;
    }
}
