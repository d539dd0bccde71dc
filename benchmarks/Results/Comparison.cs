namespace Tornadose.Benchmarks.Results;

/// <summary>How a target compares.</summary>
internal enum Comparison
{
    RatioAtMost,
    RatioAtLeast,
    DifferenceAtMost,
    ValueAtMost,
}
