namespace Tornadose.Benchmarks.Results;

/// <summary>What one scenario measured: for each series, each figure's value in every round.</summary>
internal sealed class ScenarioResults
{
    public required string Title { get; init; }

    public required DateTime Measured { get; init; }

    public required double Seconds { get; init; }

    public Dictionary<string, Dictionary<string, List<double>>> Series { get; init; } = [];

    /// <summary>What could not be measured, and why.</summary>
    public Dictionary<string, string> Failures { get; init; } = [];

    public int Rounds =>
        Series.Values.SelectMany(static figures => figures.Values).Select(static values => values.Count).DefaultIfEmpty(0).Max();

    public void Add(string series, IReadOnlyDictionary<string, double> figures)
    {
        if (!Series.TryGetValue(series, out var known))
            Series[series] = known = [];
        foreach (var (figure, value) in figures)
        {
            if (!known.TryGetValue(figure, out var values))
                known[figure] = values = [];
            values.Add(value);
        }
    }

    public IReadOnlyList<double> Values(string series, string figure) =>
        Series.TryGetValue(series, out var figures) && figures.TryGetValue(figure, out var values) ? values : [];
}
