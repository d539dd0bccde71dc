namespace BlazorDashboard.Proc;

/// <summary>Processor time since boot, as <c>/proc/stat</c> counts it: the whole machine and each core (proc_stat(5)).</summary>
public sealed record ProcStat(ProcessorTicks Total, IReadOnlyList<ProcessorTicks> Cores)
{
    /// <summary>
    /// Reads the lines <c>cpu</c>, <c>cpu0</c>, <c>cpu1</c>…; a text without them is no <c>/proc/stat</c> and gives null.
    /// </summary>
    public static ProcStat? Parse(string text)
    {
        ProcessorTicks? total = null;
        var cores = new List<ProcessorTicks>();
        foreach (var line in ProcFields.Lines(text))
        {
            if (!line.StartsWith("cpu", StringComparison.Ordinal))
                break;

            var columns = ProcFields.Columns(line);
            if (columns[0] is "cpu")
                total = ProcessorTicks.From(columns);
            else
                cores.Add(ProcessorTicks.From(columns));
        }

        return total is null ? null : new ProcStat(total, cores);
    }
}
