using Tornadose.Benchmarks.Scenarios;

namespace Tornadose.Benchmarks.Results;

/// <summary>A target: one of our figures, compared with that of a peer in the same round.</summary>
/// <param name="What">In words.</param>
/// <param name="Scenario">Where it is measured.</param>
/// <param name="Figure">What is compared.</param>
/// <param name="Ours">Our series.</param>
/// <param name="Theirs">The series to compare with; null for the figure by itself.</param>
/// <param name="Comparison">How.</param>
/// <param name="Limit">What the ratio, or the difference, should reach or stay under.</param>
internal sealed record Target(
    string What, string Scenario, string Figure, string Ours, string? Theirs, Comparison Comparison, double Limit)
{
    public bool IsMet(double value) => Comparison == Comparison.RatioAtLeast ? value >= Limit : value <= Limit;

    public string Wanted => Comparison switch
    {
        Comparison.RatioAtLeast => $"≥ {Limit} ×",
        Comparison.RatioAtMost => $"≤ {Limit} ×",
        _ => $"≤ {Limit}",
    };

    /// <summary>The value of each round.</summary>
    public IReadOnlyList<double> Values(ScenarioResults results)
    {
        var ours = results.Values(Ours, Figure);
        if (Theirs is null)
            return ours;
        var theirs = results.Values(Theirs, Figure);
        return [.. ours.Zip(theirs, (mine, other) => Comparison == Comparison.DifferenceAtMost ? mine - other : mine / other)];
    }
}
