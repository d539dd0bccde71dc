using System.Diagnostics.Metrics;
using BlazorDashboard.Metrics;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Samples;

public sealed class DeliveryReaderTests
{
    [Fact]
    public async Task Read_PublishedAndDelivered_IsWhatTheLibraryCounted()
    {
        var clock = new FakeTimeProvider();
        await using var host = await StoresApp.StartAsync();
        using var meter = new DeliveryMeter(host.Get<IMeterFactory>());
        var reader = new DeliveryReader(meter, clock);
        Assert.Null(reader.Read());
        await using var curl = CurlClient.Start(host.Orders());
        await host.UntilSubscribersAsync(1);
        await host.OrdersStore().PublishNumberedAsync(4);
        for (var number = 1; number <= 4; number++)
            await curl.NextAsync($"data: m{number}");
        await host.OrdersStore().PublishAsync("last");
        // A batch is counted before its lag is measured; those before the last one are complete.
        await Eventually.TrueAsync(() => meter.Total("tornadose.messages.delivered") == 5);
        clock.Advance(TimeSpan.FromSeconds(2.5));
        var metrics = reader.Read()!;
        Assert.Equal((2, 2, 0), (metrics.Published, metrics.Delivered, metrics.Resets));
        Assert.Equal(new SubscriberCounts(SignalR: 0, Sse: 1, WebSocket: 0, JsonLines: 0), metrics.Subscribers);
        Assert.True(metrics.Lag <= metrics.WorstLag && metrics.Sent > 0);
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return reader.Read()!.Lag is null;
        });
    }

    [Fact]
    public async Task Read_ResumedAndReset_CountsEach()
    {
        await using var host = await StoresApp.StartAsync();
        using var meter = new DeliveryMeter(host.Get<IMeterFactory>());
        var id = await host.OrdersStore().PublishAsync("kept");
        await using var resumed = CurlClient.Start(host.Orders($"?after={id}"));
        await using var reset = CurlClient.Start(host.Orders("?after=nothing-like-this"));
        await reset.NextAsync("event: tornadose.reset");
        await Eventually.TrueAsync(() => meter.Total("tornadose.resumes") == 1 && meter.Total("tornadose.resets") == 1);
    }

    [Fact]
    public async Task Listen_AnotherHost_IsNotHeard()
    {
        await using var host = await StoresApp.StartAsync();
        await using var other = await StoresApp.StartAsync();
        using var meter = new DeliveryMeter(host.Get<IMeterFactory>());
        await other.OrdersStore().PublishAsync("elsewhere");
        await host.OrdersStore().PublishAsync("here");
        Assert.Equal(1, meter.Total("tornadose.messages.published"));
    }
}
