using Tornadose.Benchmarks.Peers;

namespace Tornadose.Benchmarks.Scenarios;

/// <summary>
/// A comparison: every series is measured in turn, round after round, so that whatever disturbs the machine disturbs all of them.
/// </summary>
/// <param name="Name">The name for the command line.</param>
/// <param name="Title">The question that it answers.</param>
/// <param name="Series">What is compared.</param>
internal abstract record Scenario(string Name, string Title, IReadOnlyList<Series> Series)
{
    /// <summary>The most rounds; some scenarios are long, or hardly vary.</summary>
    public int MostRounds { get; init; } = int.MaxValue;

    /// <summary>Whether each measurement begins with a server that was just started.</summary>
    public virtual bool NeedsFreshServer => false;

    /// <summary>Compiles what will be measured, and lets the process grow to its size.</summary>
    public virtual void WarmUp(RunningServer server, Series series)
    {
    }

    /// <summary>Measures once.</summary>
    /// <param name="server">The server of the series' peer.</param>
    /// <param name="series">What to measure.</param>
    /// <param name="seconds">For how long.</param>
    /// <returns>Figures by name.</returns>
    public abstract IReadOnlyDictionary<string, double> Measure(RunningServer server, Series series, double seconds);
}
