using System.Globalization;
using Tornadose.Benchmarks.Peers;

namespace Tornadose.Benchmarks.Scenarios;

/// <summary>
/// How many messages a second a publisher that awaits each call gets into a Redis store, by the number of messages in a call. Timed in the
/// node, without HTTP; no reader follows the store.
/// </summary>
internal sealed record BatchScenario(string Name, string Title, IReadOnlyList<Series> Series) : Scenario(Name, Title, Series)
{
    public override bool NeedsFreshServer => true;

    public override IReadOnlyDictionary<string, double> Measure(RunningServer server, Series series, double seconds)
    {
        using var node = RunningServer.StartOwn(string.Create(CultureInfo.InvariantCulture, $"tornadose --redis 127.0.0.1:{server.Port}"));
        Publish(node, series, 1); // warms up
        var redis = server.CpuSeconds;
        var rate = Publish(node, series, seconds);
        return new Dictionary<string, double>
        {
            [Figures.MessagesPerSecond] = rate,
            [Figures.RedisCpuPerPublish] = (server.CpuSeconds - redis) * 1e6 / (rate * seconds),
        };
    }

    private static double Publish(RunningServer node, Series series, double seconds) => double.Parse(
        node.Get(string.Create(CultureInfo.InvariantCulture, $"/publish-batches?size={series.Batch}&seconds={seconds}")),
        CultureInfo.InvariantCulture);
}
