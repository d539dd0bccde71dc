namespace BlazorDashboard.Metrics;

/// <summary>Reads one kind of metrics. A reader keeps the counters of its last reading and is used by one caller at a time.</summary>
public interface IMetricsReader<out T>
    where T : class
{
    /// <summary>The metrics of the time since the last call; null when there is none yet, as for any rate at the first call.</summary>
    T? Read();
}
