using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Client;

/// <summary>What the meter <c>Tornadose.SignalR.Client</c> counts.</summary>
public sealed class ClientMetricsTests
{
    private const string Meter = "Tornadose.SignalR.Client";

    [Fact]
    public async Task Subscription_ThatIsCutAndReset_IsCounted()
    {
        await using var site = await ClientSite.StartAsync();
        await using var services = new ServiceCollection().AddLogging().AddTornadoseClient(options =>
        {
            options.BaseAddress = new Uri(site.Link.Url, "/stores");
            options.ReconnectDelay = options.MaxReconnectDelay = TimeSpan.FromMilliseconds(10);
        }).Services.BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var subscriptions = new MetricCollector<long>(meters, Meter, "tornadose.client.subscriptions");
        using var connections = new MetricCollector<long>(meters, Meter, "tornadose.client.connections");
        using var messages = new MetricCollector<long>(meters, Meter, "tornadose.client.messages");
        using var resets = new MetricCollector<long>(meters, Meter, "tornadose.client.resets");
        var reader = services.GetRequiredService<TornadoseClient>().ReadAllAsync("orders", StartAt.Earliest).GetAsyncEnumerator();
        await using (reader)
        {
            await site.PublishAsync(1, 2);
            Assert.Equal("m1 m2", await reader.TakeAsync(2));
            var next = reader.TakeAsync(1);
            await site.KillAsync();
            await Eventually.TrueAsync(() => Tagged(connections, "error.type").Count > 0);
            await site.ReviveAsync(forgets: true);
            Assert.Equal("[Epoch]", await next);
            Assert.Equal(1, Sum(subscriptions));
        }

        Assert.Equal(0, Sum(subscriptions));
        Assert.Equal(2, Sum(messages));
        Assert.Equal("epoch", Assert.Single(Tagged(resets, "tornadose.reason")));
        Assert.Equal(2, connections.GetMeasurementSnapshot().Count(static one => !one.Tags.ContainsKey("error.type")));
        Assert.All(connections.GetMeasurementSnapshot(), static one => Assert.NotNull(one.Tags["tornadose.transport"]));
    }

    private static long Sum(MetricCollector<long> collector) => collector.GetMeasurementSnapshot().Sum(static one => one.Value);

    private static List<object?> Tagged(MetricCollector<long> collector, string tag) =>
        [.. collector.GetMeasurementSnapshot().Where(one => one.Tags.ContainsKey(tag)).Select(one => one.Tags[tag])];
}
