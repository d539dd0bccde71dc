using System.Globalization;

namespace BlazorDashboard.Components.Charts;

/// <summary>Where the points of a chart lie, in a box of 1000 by 100. Afterwards the page draws with uPlot, in <c>chart.js</c>.</summary>
/// <param name="End">Time at the right edge, in milliseconds since 1970.</param>
/// <param name="Window">Milliseconds from the left edge to the right one.</param>
/// <param name="Gap">Milliseconds between two points beyond which no line joins them: something is missing there.</param>
/// <param name="Max">Value at the upper edge.</param>
public sealed record ChartScale(long End, long Window, long Gap, double Max)
{
    /// <summary>The smallest of 1, 2 and 5 times a power of ten that no value exceeds, and at least <paramref name="least"/>.</summary>
    public static double RoundMax(double highest, double least)
    {
        if (highest <= least)
            return least;

        var power = Math.Pow(10, Math.Floor(Math.Log10(highest)));
        return power * (highest <= power ? 1 : highest <= 2 * power ? 2 : highest <= 5 * power ? 5 : 10);
    }

    /// <summary>The path of a line through the points, broken where something is missing.</summary>
    public string Line(IReadOnlyList<long> times, IReadOnlyList<double?> values) =>
        string.Concat(Runs(times, values).Select(run => "M" + string.Join('L', run.Select(Point))));

    /// <summary>The path around the area under that line.</summary>
    public string Area(IReadOnlyList<long> times, IReadOnlyList<double?> values) =>
        string.Concat(Runs(times, values).Select(run =>
            $"M{Point((run[0].At, 0))}L{string.Join('L', run.Select(Point))}L{Point((run[^1].At, 0))}Z"));

    private List<List<(long At, double Value)>> Runs(IReadOnlyList<long> times, IReadOnlyList<double?> values)
    {
        var runs = new List<List<(long At, double Value)>>();
        foreach (var (at, value) in times.Zip(values))
        {
            if (value is not { } number || at < End - Window)
                continue;

            if (runs.Count == 0 || at - runs[^1][^1].At > Gap)
                runs.Add([]);

            runs[^1].Add((at, number));
        }

        return runs;
    }

    private string Point((long At, double Value) point)
    {
        var x = 1000 - 1000.0 * (End - point.At) / Window;
        var y = 100 - 100 * Math.Min(1, point.Value / Max);
        return string.Create(CultureInfo.InvariantCulture, $"{x:0.0} {y:0.0}");
    }
}
