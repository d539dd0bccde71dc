namespace BlazorDashboard.Proc;

/// <summary>Memory in bytes, from <c>/proc/meminfo</c>, which counts in KiB (proc_meminfo(5)).</summary>
public sealed record ProcMemInfo(long Total, long Available, long Cached, long SwapTotal, long SwapFree)
{
    /// <summary>Reads the lines that matter here; a text without <c>MemTotal</c> gives null.</summary>
    public static ProcMemInfo? Parse(string text)
    {
        var fields = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in ProcFields.Lines(text))
        {
            var columns = ProcFields.Columns(line);
            fields[columns[0].TrimEnd(':')] = ProcFields.Number(columns, 1) * 1024;
        }

        long Field(string name) => fields.GetValueOrDefault(name);
        if (Field("MemTotal") == 0)
            return null;

        var cached = Field("Cached") + Field("Buffers") + Field("SReclaimable");
        return new ProcMemInfo(
            Field("MemTotal"),
            fields.TryGetValue("MemAvailable", out var available) ? available : Field("MemFree") + cached,
            cached,
            Field("SwapTotal"),
            Field("SwapFree"));
    }
}
