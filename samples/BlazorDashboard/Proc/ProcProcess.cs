namespace BlazorDashboard.Proc;

/// <summary>One process, as <c>/proc/[pid]/stat</c> has it (proc_pid_stat(5)).</summary>
/// <param name="Name">The name of its program, at most fifteen characters.</param>
/// <param name="Ticks">Processor time that it has spent, in the ticks of <c>/proc/stat</c>.</param>
/// <param name="Started">When it began, in ticks since boot: a later process with the same id has another value.</param>
/// <param name="Threads">How many threads it has.</param>
/// <param name="Pages">Pages of memory that it has in use.</param>
public sealed record ProcProcess(string Name, long Ticks, long Started, int Threads, long Pages)
{
    /// <summary>Reads the line; null if it has another form. The name is in parentheses, and may contain some itself.</summary>
    public static ProcProcess? Parse(string text)
    {
        var begin = text.IndexOf('(', StringComparison.Ordinal);
        var end = text.LastIndexOf(')');
        if (begin < 0 || end < begin)
            return null;
        // So that the index of a field is its number in the manual, minus one.
        string[] columns = ["", "", .. ProcFields.Columns(text[(end + 1)..].TrimEnd('\n'))];
        return new ProcProcess(
            text[(begin + 1)..end],
            ProcFields.Number(columns, 13) + ProcFields.Number(columns, 14),
            ProcFields.Number(columns, 21),
            (int)ProcFields.Number(columns, 19),
            ProcFields.Number(columns, 23));
    }
}
