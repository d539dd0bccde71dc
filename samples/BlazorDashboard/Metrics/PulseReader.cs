namespace BlazorDashboard.Metrics;

/// <summary>Reads only what is cheap enough to be read ten times a second.</summary>
public sealed class PulseReader(TimeProvider clock) : IMetricsReader<PulseMetrics>
{
    private readonly ProcessCpu _cpu = new(clock);
    private readonly CounterRate _allocated = new(clock, readings: 10);

    /// <inheritdoc/>
    public PulseMetrics? Read()
    {
        var cpu = _cpu.Next();
        var allocated = _allocated.Next(GC.GetTotalAllocatedBytes());
        return cpu is { } share && allocated is { } rate
            ? new PulseMetrics(
                clock.Milliseconds(), Rounded.Percent(share.Busy), ThreadPool.ThreadCount, ThreadPool.PendingWorkItemCount,
                Rounded.Whole(rate))
            : null;
    }
}
