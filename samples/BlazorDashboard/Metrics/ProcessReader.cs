using BlazorDashboard.Proc;

namespace BlazorDashboard.Metrics;

/// <summary>The processes that use most of the processor, by process id; without a <c>/proc</c>, only this process.</summary>
public sealed class ProcessReader(ProcFiles proc, TimeProvider clock)
{
    /// <summary>How many processes are shown.</summary>
    public const int Most = 15;

    private readonly ProcessCpu _own = new(clock);
    private Dictionary<string, ProcProcess> _last = [];
    private ProcStat? _machine;

    /// <summary>The use of the processor since the last call, by process; null at the first call.</summary>
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

    // Everything that a new process has spent falls into this interval.
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
