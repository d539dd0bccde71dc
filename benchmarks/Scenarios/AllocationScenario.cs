using Tornadose.Benchmarks.Load;
using Tornadose.Benchmarks.Peers;

namespace Tornadose.Benchmarks.Scenarios;

/// <summary>
/// What a delivery allocates: the bytes of a message with many subscribers minus those with few, divided by the difference in subscribers.
/// The request that publishes the message is in both, and cancels out.
/// </summary>
internal sealed record AllocationScenario(string Name, string Title, IReadOnlyList<Series> Series) : Scenario(Name, Title, Series)
{
    private const int Few = 100;

    public override void WarmUp(RunningServer server, Series series) => FanOutScenario.Prepare(server, series);

    public override IReadOnlyDictionary<string, double> Measure(RunningServer server, Series series, double seconds)
    {
        var few = BytesPerMessage(server, series, Few, seconds / 2);
        var many = BytesPerMessage(server, series, series.Subscribers, seconds / 2);
        return new Dictionary<string, double> { [Figures.BytesPerDelivery] = (many - few) / (series.Subscribers - Few) };
    }

    private static double BytesPerMessage(RunningServer server, Series series, int subscribers, double seconds)
    {
        using var session = new LoadSession(series.TargetOn(server.Port), subscribers);
        session.WaitUntilReady(series.Payload);
        session.Run(series.Plan(seconds / 4));
        var before = server.AllocatedBytes();
        var result = session.Run(series.Plan(seconds));
        return (double)(server.AllocatedBytes() - before) / result.Published;
    }
}
