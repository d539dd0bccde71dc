using BlazorDashboard.Proc;

namespace BlazorDashboard.Metrics;

/// <summary>
/// The processes that take most of the processor, by their number; where there is no <c>/proc</c>, this process alone.
/// </summary>
public sealed class ProcessReader(ProcFiles proc, TimeProvider clock)
{
    /// <summary>How many.</summary>
    public const int Most = 15;

    private readonly ProcessCpu _own = new(clock);
    private Dictionary<string, ProcProcess> _last = [];
    private ProcStat? _machine;

    /// <summary>The processes of the time since the last call; null at the first.</summary>
    public IReadOnlyDictionary<string, ProcessMetrics>? Read() =>
        proc.Read("stat") is { } text && ProcStat.Parse(text) is { } now ? OfMachine(now) : OfProcess();

    private Dictionary<string, ProcessMetrics>? OfMachine(ProcStat now)
    {
        var (before, machine) = (_last, _machine);
        _last = ReadAll();
        _machine = now;
        if (machine is null)
            return null;

        var all = Math.Max(1, now.Total.All - machine.Total.All);
        return _last
            .Select(process => (Number: process.Key, Metrics: Measure(process.Value, before.GetValueOrDefault(process.Key), all)))
            .OrderByDescending(process => process.Metrics.Cpu)
            .ThenByDescending(process => process.Metrics.Memory)
            .Take(Most)
            .ToDictionary(process => process.Number, process => process.Metrics);
    }

    private Dictionary<string, ProcProcess> ReadAll()
    {
        var processes = new Dictionary<string, ProcProcess>();
        foreach (var number in proc.Processes())
            if (proc.Read($"{number}/stat") is { } text && ProcProcess.Parse(text) is { } process) // else it has just ended
                processes.Add(number, process);
        return processes;
    }

    // What a process has spent that was not there before is of this time as well.
    private static ProcessMetrics Measure(ProcProcess now, ProcProcess? before, long all)
    {
        var spent = now.Ticks - (before?.Started == now.Started ? before.Ticks : 0);
        return new ProcessMetrics(now.Name, Rounded.Percent(100.0 * spent / all), now.Pages * Environment.SystemPageSize, now.Threads);
    }

    private Dictionary<string, ProcessMetrics>? OfProcess() => _own.Next() is { } share
        ? new()
        {
            [$"{Environment.ProcessId}"] = new ProcessMetrics(
                AppDomain.CurrentDomain.FriendlyName, Rounded.Percent(share.Busy), Environment.WorkingSet, ThreadPool.ThreadCount),
        }
        : null;
}
