using BlazorDashboard.Proc;

namespace BlazorDashboard.Metrics;

/// <summary>Disk rates from <c>/proc/diskstats</c>; .NET offers none elsewhere. How full the volumes are is known everywhere.</summary>
public sealed class DiskReader(ProcFiles proc, TimeProvider clock) : IMetricsReader<DiskMetrics>
{
    private readonly CounterRates _read = new(clock);
    private readonly CounterRates _written = new(clock);
    private readonly CounterRates _busy = new(clock);
    private bool _started;

    /// <inheritdoc/>
    public DiskMetrics? Read()
    {
        var disks = proc.Read("diskstats") is { } text ? ProcDiskStats.Parse(text) : [];
        var read = Sum(disks.Select(d => _read.Next(d.Name, d.Read)));
        var written = Sum(disks.Select(d => _written.Next(d.Name, d.Written)));
        var busy = disks.Select(d => _busy.Next(d.Name, d.BusyMilliseconds)).ToList().Max();
        if (!_started)
        {
            _started = true;
            return null;
        }

        return new DiskMetrics(
            clock.Milliseconds(),
            Rounded.Whole(read),
            Rounded.Whole(written),
            busy is { } milliseconds ? Rounded.Percent(milliseconds / 10) : null,
            Volumes.Read());
    }

    private static double? Sum(IEnumerable<double?> rates)
    {
        var known = rates.OfType<double>().ToList();
        return known.Count == 0 ? null : known.Sum();
    }
}
