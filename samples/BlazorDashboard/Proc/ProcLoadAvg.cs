using System.Globalization;

namespace BlazorDashboard.Proc;

/// <summary>The mean number of runnable tasks over the last minute, from <c>/proc/loadavg</c>.</summary>
public static class ProcLoadAvg
{
    /// <summary>Reads the first of the three means.</summary>
    public static double? Parse(string text) =>
        double.TryParse(text.Split(' ')[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var load) ? load : null;
}
