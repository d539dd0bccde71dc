namespace BlazorDashboard.Metrics;

/// <summary>A <see cref="CounterRate"/> for each of several things with a name: interfaces, disks.</summary>
public sealed class CounterRates(TimeProvider clock)
{
    private readonly Dictionary<string, CounterRate> _rates = new(StringComparer.Ordinal);

    /// <summary>Takes a reading of one of them; null as long as it has no rate.</summary>
    public double? Next(string name, long value)
    {
        if (!_rates.TryGetValue(name, out var rate))
            _rates[name] = rate = new CounterRate(clock);

        return rate.Next(value);
    }
}
