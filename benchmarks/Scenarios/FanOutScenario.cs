using Tornadose.Benchmarks.Load;
using Tornadose.Benchmarks.Native;
using Tornadose.Benchmarks.Peers;

namespace Tornadose.Benchmarks.Scenarios;

/// <summary>
/// Publishes to subscribers, and measures throughput, latency and the server's processor time. A fixed rate is measured for four times as
/// long, because p99 is then that of the slowest of few messages.
/// </summary>
internal sealed record FanOutScenario(string Name, string Title, IReadOnlyList<Series> Series) : Scenario(Name, Title, Series)
{
    private const double WarmUpSeconds = 1;
    private const int WarmUpSubscribers = 1000;
    private const int MostWarmUps = 12;
    private const double SettleSeconds = 0.3;
    private const double FixedRateFactor = 4;
    private const double StallSeconds = 3;

    public override void WarmUp(RunningServer server, Series series) => Prepare(server, series);

    /// <summary>Publishes until the server has stopped compiling: until then the compiler takes a fifth of its processor time.</summary>
    public static void Prepare(RunningServer server, Series series)
    {
        using var session = new LoadSession(series.TargetOn(server.Port), Math.Min(WarmUpSubscribers, series.Subscribers));
        session.WaitUntilReady(series.Payload);
        var plan = new PublishPlan(series.Payload, WarmUpSeconds, series.Window);
        session.Run(plan);
        if (!series.Peer.IsManaged)
            return;
        var compiled = 0L;
        for (var tries = 0; tries < MostWarmUps && compiled != (compiled = server.CompiledMethods()); tries++)
            session.Run(plan);
    }

    public override IReadOnlyDictionary<string, double> Measure(RunningServer server, Series series, double seconds)
    {
        using var session = new LoadSession(series.TargetOn(server.Port), series.Subscribers, series.Stalled);
        session.WaitUntilReady(series.Payload);
        // Gives subscribers that do not read the time to fill the system's buffers.
        session.Run(series.Plan(series.Stalled > 0 ? StallSeconds : SettleSeconds));
        var (cpu, own) = (server.CpuSeconds, ProcessUsage.CpuSeconds([Environment.ProcessId]));
        var result = session.Run(series.Plan(series.Rate > 0 ? FixedRateFactor * seconds : seconds));
        var figures = Describe(result, server.CpuSeconds - cpu);
        figures[Figures.ClientCpuPerDelivery] = (ProcessUsage.CpuSeconds([Environment.ProcessId]) - own) * 1e6 / result.Delivered;
        return figures;
    }

    public static Dictionary<string, double> Describe(LoadResult result, double cpuSeconds) => new()
    {
        [Figures.DeliveriesPerSecond] = result.DeliveriesPerSecond,
        [Figures.CpuPerDelivery] = cpuSeconds * 1e6 / result.Delivered,
        [Figures.P50] = result.P50,
        [Figures.P99] = result.P99,
        [Figures.PublishesPerSecond] = result.Published / result.PublishSeconds,
        [Figures.DeliveredShare] = 100.0 * result.Delivered / result.Expected,
    };
}
