using BlazorDashboard.Proc;

namespace BlazorDashboard.Metrics;

/// <summary>The machine's processor time where there is a <c>/proc/stat</c>, else this process's share of the machine.</summary>
public sealed class CpuReader(ProcFiles proc, TimeProvider clock) : IMetricsReader<CpuMetrics>
{
    private readonly ProcessCpu _process = new(clock);
    private ProcStat? _last;

    /// <inheritdoc/>
    public CpuMetrics? Read() => proc.Read("stat") is { } text && ProcStat.Parse(text) is { } now ? OfMachine(now) : OfProcess();

    private CpuMetrics? OfMachine(ProcStat now)
    {
        var before = _last;
        _last = now;
        if (before is null)
            return null;

        var total = now.Total.Since(before.Total);
        var cores = now.Cores.Zip(before.Cores, (core, earlier) => Rounded.Percent(core.Since(earlier).Busy));
        return new CpuMetrics(
            clock.Milliseconds(),
            Rounded.Percent(total.Busy),
            Rounded.Percent(total.User),
            Rounded.Percent(total.System),
            Rounded.Percent(total.Waiting),
            [.. cores],
            proc.Read("loadavg") is { } text ? ProcLoadAvg.Parse(text) : null,
            WholeMachine: true);
    }

    private CpuMetrics? OfProcess() => _process.Next() is { } share
        ? new CpuMetrics(clock.Milliseconds(), share.Busy, share.User, share.System, 0, [], null, WholeMachine: false)
        : null;
}
