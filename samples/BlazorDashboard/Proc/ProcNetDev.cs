namespace BlazorDashboard.Proc;

/// <summary>Bytes that an interface has received and sent since it came up, from <c>/proc/net/dev</c>.</summary>
public sealed record ProcNetDev(string Name, long Received, long Sent)
{
    private const int FirstSentColumn = 8;

    /// <summary>
    /// Reads all interfaces. The name ends at the colon, and old kernels leave no blank after it, so the line is split there first; the
    /// two header lines have no colon.
    /// </summary>
    public static IReadOnlyList<ProcNetDev> Parse(string text)
    {
        var interfaces = new List<ProcNetDev>();
        foreach (var line in ProcFields.Lines(text))
        {
            // The last colon: an alias has one in its name, "eth0:1".
            var colon = line.LastIndexOf(':');
            if (colon > 0)
            {
                var columns = ProcFields.Columns(line[(colon + 1)..]);
                interfaces.Add(new ProcNetDev(
                    line[..colon],
                    ProcFields.Number(columns, 0),
                    ProcFields.Number(columns, FirstSentColumn)));
            }
        }

        return interfaces;
    }
}
