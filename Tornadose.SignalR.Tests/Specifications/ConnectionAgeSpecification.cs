using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>Connections of a certain age are ended on every transport, and no client misses a message.</summary>
public sealed class ConnectionAgeSpecification
{
    private const int Each = 4;

    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    [Fact, Case("PROC-10", "PROC-12", "WS-18")]
    public async Task MaxConnectionAge_OnEveryTransport_EndsAndResumesClean()
    {
        var clock = new FakeTimeProvider();
        await using var host = await SpecificationHost.StartAsync(
            clock, options => (options.MaxConnectionAge, options.DrainWindow) = (MaxAge, TimeSpan.Zero));
        using var metrics = MetricsRecorder.Of(host, "subscribers.ended", "resumes", "resets");
        var store = new SpecificationStore(host, "large", LedgerRule.Every);
        var clients = new List<(Transport Transport, Subscription Subscription)>();
        foreach (var transport in Enumerable.Repeat(Transport.All, Each).SelectMany(static all => all))
            clients.Add((transport, await store.SubscribeAsync(transport, after: store.Top)));
        await host.UntilSubscribersAsync(clients.Count);
        clock.Advance(MaxAge * 0.8 - TimeSpan.FromSeconds(1));
        Assert.Equal(clients.Count, host.Get<SubscriberRegistry>().Count);
        store.Publish();
        await Task.WhenAll(clients.Select(static client => client.Subscription.ReadToTopAsync())).WithTimeout();

        clock.Advance(MaxAge * 0.2 + TimeSpan.FromSeconds(1));
        foreach (var (transport, subscription) in clients)
        {
            while (await subscription.NextOrEndAsync() is not null)
                continue;
            AssertEnd(transport, subscription.Reader.End!);
        }

        await Eventually.TrueAsync(() => metrics.Sum("subscribers.ended", "reason=max_age") == clients.Count);
        store.PublishMany(3);
        foreach (var (transport, subscription) in clients)
        {
            await subscription.ReconnectAsync(transport);
            await subscription.ReadToTopAsync();
            await subscription.DisposeAsync();
        }

        Assert.Equal((clients.Count * 2, 0), (metrics.Sum("resumes", "result=resumed"), metrics.Sum("resets")));
        store.Check(log: true);
    }

    private static void AssertEnd(Transport transport, ReaderEnd end)
    {
        if (transport.Name == "websocket")
            Assert.Equal((1012, "max_age"), (end.Code, end.Reason));
        else if (transport.Name == "signalr")
            Assert.Contains("\"allowReconnect\":true", end.Reason);
        else
            Assert.False(end.IsCut);
    }
}
