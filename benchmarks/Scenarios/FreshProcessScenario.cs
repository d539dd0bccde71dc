using Tornadose.Benchmarks.Load;
using Tornadose.Benchmarks.Peers;

namespace Tornadose.Benchmarks.Scenarios;

/// <summary>
/// The first seconds of a process, as after a deployment: subscribers connect at once, and messages come at a fixed rate, before any
/// method was called often enough to be optimized.
/// </summary>
internal sealed record FreshProcessScenario(string Name, string Title, IReadOnlyList<Series> Series) : Scenario(Name, Title, Series)
{
    private const double Factor = 4; // 8 s for the 2 s of other scenarios

    public override bool NeedsFreshServer => true;

    public override IReadOnlyDictionary<string, double> Measure(RunningServer server, Series series, double seconds)
    {
        using var session = new LoadSession(series.TargetOn(server.Port), series.Subscribers);
        session.WaitUntilReady(series.Payload);
        var cpu = server.CpuSeconds;
        var result = session.Run(series.Plan(Factor * seconds));
        return FanOutScenario.Describe(result, server.CpuSeconds - cpu);
    }
}
