namespace BlazorDashboard.Metrics;

/// <summary>
/// Turns a counter that only grows into a rate a second. There is no rate before the second reading, and none after the counter has
/// decreased: an interface or a disk was removed and added again, and the difference would mean nothing.
/// </summary>
/// <param name="clock">Measures the time between two readings.</param>
/// <param name="readings">
/// How many readings the rate is averaged over. Some counters grow in steps (the runtime counts allocations by whole blocks): from one
/// reading to the next, their rate would be zero and then far too high.
/// </param>
public sealed class CounterRate(TimeProvider clock, int readings = 1)
{
    private readonly Queue<(long Value, long At)> _earlier = new();

    /// <summary>Takes a reading; gives the growth a second.</summary>
    public double? Next(long value)
    {
        var now = clock.GetTimestamp();
        if (_earlier.Count > 0 && value < _earlier.Last().Value)
            _earlier.Clear();

        var rate = _earlier.TryPeek(out var oldest) ? Rate(oldest, value, now) : null;
        _earlier.Enqueue((value, now));
        if (_earlier.Count > readings)
            _earlier.Dequeue();

        return rate;
    }

    private double? Rate((long Value, long At) since, long value, long now)
    {
        var seconds = clock.GetElapsedTime(since.At, now).TotalSeconds;
        return seconds > 0 ? (value - since.Value) / seconds : null;
    }
}
