using Tornadose.Benchmarks.Load;
using Tornadose.Benchmarks.Peers;

namespace Tornadose.Benchmarks.Scenarios;

/// <summary>
/// What an idle subscriber holds: resident memory before and after, each after a collection, of a server that was just started.
/// </summary>
internal sealed record IdleMemoryScenario(string Name, string Title, IReadOnlyList<Series> Series) : Scenario(Name, Title, Series)
{
    private const int WarmUpSubscribers = 200;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    public override bool NeedsFreshServer => true;

    public override IReadOnlyDictionary<string, double> Measure(RunningServer server, Series series, double seconds)
    {
        using (new LoadSession(series.TargetOn(server.Port), WarmUpSubscribers))
            Thread.Sleep(Quiet);
        var before = Settled(server, series);
        using var session = new LoadSession(series.TargetOn(server.Port), series.Subscribers, inTurn: true);
        Thread.Sleep(Quiet);
        return new Dictionary<string, double> { [Figures.ResidentPerSubscriber] = (
            Settled(server, series) - before) / 1024.0 / series.Subscribers };
    }

    private static long Settled(RunningServer server, Series series)
    {
        if (series.Peer.IsManaged)
            server.CollectGarbage();
        Thread.Sleep(Quiet);
        return server.ResidentBytes;
    }
}
