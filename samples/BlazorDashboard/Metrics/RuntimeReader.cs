namespace BlazorDashboard.Metrics;

/// <summary>Asks the runtime about this process.</summary>
public sealed class RuntimeReader(ConnectionCounts connections, TimeProvider clock) : IMetricsReader<RuntimeMetrics>
{
    private readonly CounterRate _completed = new(clock);

    /// <inheritdoc/>
    public RuntimeMetrics? Read()
    {
        if (_completed.Next(ThreadPool.CompletedWorkItemCount) is not { } completed)
            return null;

        var last = GC.GetGCMemoryInfo(GCKind.Any).PauseDurations;
        return new RuntimeMetrics(
            clock.Milliseconds(),
            GC.GetTotalMemory(forceFullCollection: false),
            Environment.WorkingSet,
            [GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)],
            last.IsEmpty ? 0 : Rounded.Hundredth(last[0].TotalMilliseconds),
            Rounded.Hundredth(GC.GetTotalPauseDuration().TotalMilliseconds),
            ThreadPool.ThreadCount,
            ThreadPool.PendingWorkItemCount,
            Rounded.Whole(completed),
            connections.Read());
    }
}
