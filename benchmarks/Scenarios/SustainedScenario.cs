using Tornadose.Benchmarks.Load;
using Tornadose.Benchmarks.Peers;

namespace Tornadose.Benchmarks.Scenarios;

/// <summary>Searches for the highest rate that a server sustains: everything is delivered, and 99 % of it in time.</summary>
internal sealed record SustainedScenario(string Name, string Title, IReadOnlyList<Series> Series) : Scenario(Name, Title, Series)
{
    private const double MostP99 = 100;
    private const double FirstRate = 40;
    private const double Step = 1.4;
    private const double FineStep = 1.12;
    private const double BackStep = 1.2; // what holds for two seconds need not hold for thirty
    private const double ShortestStep = 1;
    private const double ConfirmFactor = 15; // a measurement of 2 s elsewhere is one of 30 s here

    private readonly Dictionary<string, double> _found = [];

    public override void WarmUp(RunningServer server, Series series) => FanOutScenario.Prepare(server, series);

    public override IReadOnlyDictionary<string, double> Measure(RunningServer server, Series series, double seconds)
    {
        using var session = new LoadSession(series.TargetOn(server.Port), series.Subscribers);
        session.WaitUntilReady(series.Payload);
        var step = Math.Max(ShortestStep, seconds);
        session.Run(new PublishPlan(Payload.Text64, step));
        var figures = Confirm(server, session, Search(session, _found.GetValueOrDefault(series.Name), step), seconds * ConfirmFactor);
        _found[series.Name] = figures[Figures.SustainedRate];
        return figures;
    }

    /// <summary>From the beginning, or from just below what an earlier round found.</summary>
    private static double Search(LoadSession session, double found, double step)
    {
        var rate = found > 0 ? found / FineStep : FirstRate;
        while (found == 0 && Sustains(session, rate * Step, step))
            rate *= Step;
        while (Sustains(session, rate * FineStep, step))
            rate *= FineStep;
        return rate;
    }

    private static Dictionary<string, double> Confirm(RunningServer server, LoadSession session, double rate, double seconds)
    {
        while (true)
        {
            var cpu = server.CpuSeconds;
            var result = session.Run(new PublishPlan(Payload.Text64, seconds, Rate: rate));
            var figures = FanOutScenario.Describe(result, server.CpuSeconds - cpu);
            figures[Figures.SustainedRate] = rate;
            if (IsInTime(result))
                return figures;
            if (rate < 1)
                throw new InvalidOperationException("no rate was sustained");
            rate /= BackStep;
        }
    }

    /// <summary>A rate that fails once gets a second try: another process may have taken the processor.</summary>
    private static bool Sustains(LoadSession session, double rate, double seconds) =>
        IsInTime(Try(session, rate, seconds)) || IsInTime(Try(session, rate, seconds));

    private static LoadResult Try(LoadSession session, double rate, double seconds) =>
        session.Run(new PublishPlan(Payload.Text64, seconds, Rate: rate));

    private static bool IsInTime(LoadResult result) => result.IsComplete && result.P99 <= MostP99;
}
