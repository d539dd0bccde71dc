using System.Globalization;
using Tornadose.Benchmarks.Load;
using Tornadose.Benchmarks.Peers;

namespace Tornadose.Benchmarks.Scenarios;

/// <summary>
/// The throughput and the cost of one Redis: publishes through one node, while more and more nodes follow the store. With no nodes, the
/// same in memory, for comparison.
/// </summary>
internal sealed record RedisScenario(string Name, string Title, IReadOnlyList<Series> Series) : Scenario(Name, Title, Series)
{
    private const int MostWarmUps = 8;

    public override bool NeedsFreshServer => true;

    /// <param name="server">Redis.</param>
    /// <param name="series">How many nodes.</param>
    /// <param name="seconds">For how long.</param>
    public override IReadOnlyDictionary<string, double> Measure(RunningServer server, Series series, double seconds)
    {
        var nodes = new List<RunningServer>();
        var sessions = new List<LoadSession>();
        try
        {
            for (var i = 0; i < Math.Max(1, series.Nodes); i++)
            {
                nodes.Add(RunningServer.StartOwn(series.Nodes == 0 ? "tornadose" : string.Create(
                    CultureInfo.InvariantCulture, $"tornadose --redis 127.0.0.1:{server.Port}")));
                sessions.Add(new LoadSession(series.TargetOn(nodes[i].Port), series.Subscribers));
                sessions[i].WaitUntilReady(series.Payload);
            }

            WarmUp(nodes[0], sessions[0], series);
            var (redis, followers) = (server.CpuSeconds, nodes.Skip(1).Sum(static node => node.CpuSeconds));
            var result = sessions[0].Run(series.Plan(seconds));
            return Describe(
                result, server.CpuSeconds - redis,
                (nodes.Skip(1).Sum(static node => node.CpuSeconds) - followers) / Math.Max(1, series.Nodes - 1));
        }
        finally
        {
            sessions.ForEach(static session => session.Dispose());
            nodes.ForEach(static node => node.Dispose());
        }
    }

    /// <summary>Publishes as fast as possible, whatever the rate of the measurement, until no more methods are compiled.</summary>
    private static void WarmUp(RunningServer node, LoadSession session, Series series)
    {
        var plan = series.Plan(1) with { Rate = 0 };
        var compiled = 0L;
        for (var tries = 0; tries < MostWarmUps && compiled != (compiled = node.CompiledMethods()); tries++)
            session.Run(plan);
    }

    private static Dictionary<string, double> Describe(LoadResult result, double redisSeconds, double nodeSeconds)
    {
        var figures = FanOutScenario.Describe(result, 0);
        figures.Remove(Figures.CpuPerDelivery);
        figures.Remove(Figures.DeliveriesPerSecond);
        if (redisSeconds > 0)
            figures[Figures.RedisCpuPerPublish] = redisSeconds * 1e6 / result.Published;
        if (nodeSeconds > 0)
            figures[Figures.NodeCpuPerMessage] = nodeSeconds * 1e6 / result.Published;
        return figures;
    }
}
