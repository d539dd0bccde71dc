using System.Globalization;
using System.Text;
using Tornadose.Benchmarks.Scenarios;

namespace Tornadose.Benchmarks.Results;

/// <summary>The results as Markdown: the targets first, then every figure.</summary>
internal static class ResultsTable
{
    public static string Write(ResultsFile results)
    {
        var text = new StringBuilder();
        Line(text, $"# Results");
        Line(text, $"");
        Line(text, $"Written by `dotnet run -c Release --project benchmarks -- fanout`. {results.Machine};");
        Line(text, $"the load client runs on the same machine.");
        Line(text, $"Figures are medians of the rounds; ratios are taken within each round, and shown as median [smallest–largest].");
        Line(text, $"Ratios tell more than figures: they were measured in turn.");
        Line(text, $"");
        WriteTargets(text, results);
        foreach (var scenario in AllScenarios.Everything)
            if (results.Scenarios.TryGetValue(scenario.Name, out var measured))
                WriteScenario(text, scenario, measured);
        return text.ToString();
    }

    public static double Median(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
            return double.NaN;
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static void WriteTargets(StringBuilder text, ResultsFile results)
    {
        Line(text, $"## Targets");
        Line(text, $"");
        Line(text, $"| what | ours | compared with | ratio or difference | target | |");
        Line(text, $"|---|---|---|---|---|---|");
        foreach (var target in Targets.All)
            if (results.Scenarios.TryGetValue(target.Scenario, out var measured))
                WriteTarget(text, target, measured);
        Line(text, $"");
    }

    private static void WriteTarget(StringBuilder text, Target target, ScenarioResults measured)
    {
        var values = target.Values(measured);
        var ours = Number(Median(measured.Values(target.Ours, target.Figure)));
        var theirs = target.Theirs is null ? "" : $"{target.Theirs}: {Number(Median(measured.Values(target.Theirs, target.Figure)))}";
        var wanted = double.IsInfinity(target.Limit) ? "" : target.Wanted;
        var verdict = values.Count == 0 ? "not measured" : wanted.Length == 0 ? "" : target.IsMet(Median(values)) ? "met" : "**missed**";
        Line(text, $"| {target.What} | {ours} | {theirs} | {Spread(values)} | {wanted} | {verdict} |");
    }

    private static void WriteScenario(StringBuilder text, Scenario scenario, ScenarioResults measured)
    {
        var figures = measured.Series.Values.SelectMany(static series => series.Keys).Distinct().ToArray();
        Line(text, $"## {scenario.Title}");
        Line(text, $"");
        Line(
            text,
            $"`--only {scenario.Name}`, {measured.Rounds} rounds of {measured.Seconds} s, {measured.Measured:yyyy-MM-dd HH:mm} UTC.");
        Line(text, $"");
        Line(text, $"| | {string.Join(" | ", figures)} |");
        Line(text, $"|---|{string.Concat(figures.Select(static _ => "---|"))}");
        foreach (var (series, values) in measured.Series)
            Line(text, $"| {series} | {string.Join(" | ", figures.Select(figure => Cell(values, figure)))} |");
        foreach (var (series, failure) in measured.Failures)
            Line(text, $"| {series} | not measured: {failure} |{string.Concat(figures.Skip(1).Select(static _ => " |"))}");
        Line(text, $"");
    }

    private static string Cell(IReadOnlyDictionary<string, List<double>> values, string figure) =>
        values.TryGetValue(figure, out var list) ? Number(Median(list)) : "";

    private static string Spread(IReadOnlyList<double> values) =>
        values.Count == 0 ? "" : $"{Number(Median(values))} [{Number(values.Min())}–{Number(values.Max())}]";

    private static string Number(double value) => value switch
    {
        double.NaN => "",
        _ when Math.Abs(value) >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        _ when Math.Abs(value) >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
