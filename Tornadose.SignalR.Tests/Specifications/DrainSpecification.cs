using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>A rolling deployment: one of two hosts stops under load, and its clients continue on the other.</summary>
public sealed class DrainSpecification
{
    private static readonly Dictionary<string, int> Subscribers = new()
    {
        ["sse"] = 300, ["websocket"] = 300, ["ndjson"] = 300, ["signalr"] = 50, ["signalr-stream"] = 50,
    };

    private readonly SharedBackplane _backplane = new();

    [Fact, Case("PROC-01", "PROC-02", "PROC-04", "PROC-05", "PROC-12", "HTTP-32", "WS-18")]
    public async Task Stop_UnderLoad_ClosesSpreadOverTheWindowAndNothingIsLost()
    {
        await using var second = await StartAsync();
        var first = await StartAsync();
        using var metrics = MetricsRecorder.Of(first, "subscribers.ended");
        var store = new SpecificationStore(first, "large", LedgerRule.Every);
        var clients = new List<DrainedClient>();
        foreach (var (name, count) in Subscribers)
            clients.AddRange(await Task.WhenAll(Enumerable.Range(0, count).Select(_ => DrainedClient.OpenAsync(store, name))));

        using var stopped = new CancellationTokenSource();
        var publishing = PublishAsync(store, stopped.Token);
        var following = Task.WhenAll(clients.Select(client => client.FollowAsync(second)));
        var stopping = Task.Run(first.App.Lifetime.StopApplication);
        await stopping.WithTimeout();
        await Eventually.TrueAsync(() => first.Get<SubscriberRegistry>().Count == 0, what: "those that were late and cut have left");
        await first.StopAsync(); // throws if it exceeds the host's shutdown timeout
        await following.WithTimeout();
        await stopped.CancelAsync();
        await publishing;
        await Task.WhenAll(clients.Select(static client => client.Subscription.ReadToTopAsync())).WithTimeout();

        foreach (var (name, count) in Subscribers)
            Assert.Equal(count, metrics.Sum("subscribers.ended", $"transport={name}", "reason=shutting_down"));
        AssertEnds(clients);
        AssertSpread(clients);
        Assert.All(clients, static client => Assert.Empty(client.Subscription.Resets));
        store.Check(log: true);
        await first.DisposeAsync();
        foreach (var client in clients)
            await client.Subscription.DisposeAsync();
    }

    /// <summary>The test advances the clock only later, so the drain cannot end before the last client has connected.</summary>
    [Fact, Case("PROC-03", "HTTP-32")]
    public async Task Stop_Newcomers_AreRefusedOnEveryTransport()
    {
        var clock = new FakeTimeProvider();
        var host = await StartAsync(clock);
        using var metrics = MetricsRecorder.Of(host, "subscribers.refused");
        var store = new SpecificationStore(host, "large", LedgerRule.Every);
        var clients = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => DrainedClient.OpenAsync(store, "sse")));
        var stopping = Task.Run(host.App.Lifetime.StopApplication);
        await Eventually.TrueAsync(() => host.Get<SubscriberRegistry>().IsDraining);
        await AssertNewcomersRefusedAsync(host, store);
        foreach (var transport in Transport.All)
            Assert.Equal(1, metrics.Sum("subscribers.refused", $"transport={transport.Name}", "reason=full"));
        var disposing = Task.Run(async () => await host.DisposeAsync()); // blocks until the drain has ended
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return disposing.IsCompleted;
        });
        await disposing;
        await stopping;
        foreach (var client in clients)
            await client.Subscription.DisposeAsync();
    }

    [Fact, Case("PROC-01", "SLOW-03")]
    public async Task Stop_ClientsThatDoNotRead_AreCutAndHoldNothingUp()
    {
        var host = await StartAsync();
        var store = new SpecificationStore(host, "large", LedgerRule.Every);
        var stalled = await Task.WhenAll(Transport.All.Select(store.SubscribeStalledAsync));
        store.PublishMany(64, bytes: 16 * 1024);
        await host.StopAsync();
        await host.UntilSubscribersAsync(0);
        await host.DisposeAsync();
        foreach (var reader in stalled)
        {
            await reader.ReadToEndAsync();
            await reader.DisposeAsync();
        }

        store.Check(log: true);
    }

    private static void AssertEnds(List<DrainedClient> clients)
    {
        // On a loaded machine, clients that are late for the drain window are cut: they lose nothing, but they must be few. Hub streams
        // are not counted: SignalR may cut one before it has written the stream's end.
        Assert.InRange(
            clients.Count(static client => client.End!.IsCut && client.Transport is not HubWatchTransport), 0, clients.Count / 20);
        var told = clients.Where(static client => !client.End!.IsCut).ToList();
        Assert.All(
            told.Where(static client => client.Transport.Name == "signalr"),
            static client => Assert.Contains("\"allowReconnect\":true", client.End!.Reason));
        Assert.All(
            told.Where(static client => client.Transport.Name == "websocket"),
            static client => Assert.Equal((1012, "shutting_down"), (client.End!.Code, client.End.Reason)));
    }

    /// <summary>
    /// The last message of a client shows when it was closed: if closes are spread, they follow many different messages.
    /// </summary>
    private static void AssertSpread(List<DrainedClient> clients)
    {
        foreach (var group in clients.GroupBy(static client => client.Transport.Name))
        {
            var moments = group.GroupBy(static client => client.ClosedAfter).Select(static moment => moment.Count()).ToArray();
            Assert.True(moments.Length >= 10, $"{group.Key}: closed in {moments.Length} moments");
            Assert.True(moments.Max() <= group.Count() / 2, $"{group.Key}: {moments.Max()} of {group.Count()} were closed at once");
        }
    }

    private static async Task AssertNewcomersRefusedAsync(TestHost host, SpecificationStore store)
    {
        foreach (var transport in Transport.All)
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(() => transport.OpenAsync(host.Http1, new StoreRequest(store.Name)));
            Assert.Equal(transport.RefusedWith, refused.Status);
            Assert.Contains(transport.Name is "sse" ? "\nretry: " : "", refused.ComeBack);
        }
    }

    private static async Task PublishAsync(SpecificationStore store, CancellationToken stopped)
    {
        while (!stopped.IsCancellationRequested)
        {
            store.Publish();
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private Task<TestHost> StartAsync(TimeProvider? clock = null) => SpecificationHost.StartAsync(
        clock,
        options: static all => all.DrainWindow = TimeSpan.FromSeconds(16),
        build: builder => builder.Services.AddSingleton<IBackplane>(_backplane)
            .Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(60)));
}
