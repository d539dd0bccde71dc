using Tornadose.Benchmarks.Load;
using Tornadose.Benchmarks.Peers;

namespace Tornadose.Benchmarks.Scenarios;

/// <summary>All subscribers connect at once and ask for what was kept, compared with what the same server delivers live.</summary>
internal sealed record ReplayScenario(string Name, string Title, IReadOnlyList<Series> Series) : Scenario(Name, Title, Series)
{
    public const string Replay = "replay of 1,000";
    private const int Messages = 1000;

    public override void WarmUp(RunningServer server, Series series)
    {
        FanOutScenario.Prepare(server, series);
        Measure(server, series, 1);
    }

    public override IReadOnlyDictionary<string, double> Measure(RunningServer server, Series series, double seconds)
    {
        if (series.Name != Replay)
            return new FanOutScenario(Name, Title, Series).Measure(server, series, seconds);
        var target = series.TargetOn(server.Port);
        using var session = new LoadSession(
            target with { SubscribePaths = [FormattableString.Invariant($"{series.Peer.SubscribePath}?last={Messages}")] },
            series.Subscribers, subscribe: false);
        session.Publish(new PublishPlan(Payload.Text64, 60, Window: 8) { Messages = Messages });
        var cpu = server.CpuSeconds;
        return FanOutScenario.Describe(session.Replay(Messages), server.CpuSeconds - cpu);
    }
}
