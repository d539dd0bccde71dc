using BlazorDashboard.Proc;

namespace BlazorDashboard.Metrics;

/// <summary>The machine's memory where there is a <c>/proc/meminfo</c>, else what the garbage collector knows of it.</summary>
public sealed class MemoryReader(ProcFiles proc, TimeProvider clock) : IMetricsReader<MemoryMetrics>
{
    /// <inheritdoc/>
    public MemoryMetrics? Read() =>
        proc.Read("meminfo") is { } text && ProcMemInfo.Parse(text) is { } memory
            ? Metrics(memory.Total, memory.Total - memory.Available, memory.Cached, memory.SwapTotal, memory.SwapTotal - memory.SwapFree)
            : OfCollector();

    private MemoryMetrics? OfCollector()
    {
        // The collector measures when it collects: before the first collection there is nothing.
        var info = GC.GetGCMemoryInfo();
        return info.Index == 0 ? null
            : Metrics(info.TotalAvailableMemoryBytes, info.MemoryLoadBytes, cached: 0, swapTotal: 0, swapUsed: 0);
    }

    private MemoryMetrics Metrics(long total, long used, long cached, long swapTotal, long swapUsed) =>
        new(clock.Milliseconds(), total, used, Rounded.Percent(100.0 * used / total), cached, swapTotal, swapUsed);
}
