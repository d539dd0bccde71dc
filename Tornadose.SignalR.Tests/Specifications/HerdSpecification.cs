using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>All clients reconnect at the same time, to a node that has just started.</summary>
public sealed class HerdSpecification
{
    private const int Clients = 1500;

    private static readonly Transport[] Transports = [new ServerSentEventsTransport(), new WebSocketTransport(), new JsonLinesTransport()];

    [Fact, Case("PROC-09", "PROC-12")]
    public async Task Resume_AllAtOnceAfterARestart_GivesEachWhatItMissed()
    {
        var backplane = new SharedBackplane();
        await using var publisher = await StartAsync(backplane);
        var store = new SpecificationStore(publisher, "large", LedgerRule.Every);
        store.Publish();
        var herd = await Task.WhenAll(Enumerable.Range(0, Clients).Select(async number =>
        {
            var transport = Transports[number % Transports.Length];
            return (Transport: transport, Subscription: await store.SubscribeAsync(transport, after: store.Top));
        }));
        store.PublishMany(3);
        await Task.WhenAll(herd.Where(static (_, number) => number % 2 == 0)
            .Select(static client => client.Subscription.ReadToTopAsync())).WithTimeout(); // the others did not notice
        foreach (var (_, subscription) in herd)
            subscription.Reader.Abort();
        store.PublishMany(5);

        await using var restarted = await StartAsync(backplane);
        using var metrics = MetricsRecorder.Of(restarted, "resumes", "resets", "subscribers.refused");
        await Task.WhenAll(herd.Select(client => client.Subscription.ReconnectAsync(client.Transport, restarted))).WithTimeout();
        store.Publish();
        await Task.WhenAll(herd.Select(static client => client.Subscription.ReadToTopAsync())).WithTimeout();

        Assert.Equal(
            (Clients, 0, 0), (metrics.Sum("resumes", "result=resumed"), metrics.Sum("resets"), metrics.Sum("subscribers.refused")));
        Assert.All(herd, static client => Assert.Empty(client.Subscription.Resets));
        store.Check(log: true);
        foreach (var (_, subscription) in herd)
            await subscription.DisposeAsync();
    }

    private static Task<TestHost> StartAsync(SharedBackplane backplane) => SpecificationHost.StartAsync(
        options: static all => all.DrainWindow = TimeSpan.Zero, build: builder => builder.Services.AddSingleton<IBackplane>(backplane));
}
