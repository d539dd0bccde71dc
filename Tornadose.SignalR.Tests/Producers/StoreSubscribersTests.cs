using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Producers;

/// <summary>Whether a store has readers, and since when it has none.</summary>
public sealed class StoreSubscribersTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Any_ReconnectWithinTheGrace_DoesNotFlap()
    {
        var clock = new FakeTimeProvider();
        var subscribers = new StoreSubscribers("orders", static () => Grace, clock, nodes: null);
        var came = subscribers.WaitAsync(any: true);
        Assert.Equal((0, false, false), (subscribers.Count, subscribers.Any, came.IsCompleted));
        subscribers.Enter();
        await came.WithTimeout();
        Assert.Equal((1, true), (subscribers.Count, subscribers.Any));
        var left = subscribers.WaitAsync(any: false);
        subscribers.Exit();
        clock.Advance(Grace - TimeSpan.FromTicks(1));
        Assert.Equal((0, true, false), (subscribers.Count, subscribers.Any, left.IsCompleted));
        subscribers.Enter();
        clock.Advance(Grace);
        subscribers.Exit();
        await Eventually.TrueAsync(() => clock.ActiveTimers > 0);
        clock.Advance(Grace - TimeSpan.FromTicks(1));
        Assert.False(left.IsCompleted);
        clock.Advance(TimeSpan.FromTicks(1));
        await left.WithTimeout();
        Assert.False(subscribers.Any);
    }

    [Fact]
    public async Task Count_EveryKindOfReader_IsCountedAndLeaves()
    {
        await using var host = await StoresApp.StartAsync(before: static app => app.MapStoreHub("/hubs/stores"));
        var store = host.OrdersStore();
        await using (await RawSse.OpenAsync(host.Orders()))
        await using (await RawWs.OpenAsync(host.Orders()))
        using (await store.OpenCursorAsync(StartAt.Now))
        {
            var hub = HubClient.Build(host.Url("/hubs/stores"), null);
            await hub.StartAsync(CancellationToken.None).WithTimeout();
            await Microsoft.AspNetCore.SignalR.Client.HubConnectionExtensions.InvokeAsync<string>(
                hub, "Subscribe", "orders").WithTimeout();
            await using var reader = store.ReadAllAsync(StartAt.Earliest).GetAsyncEnumerator();
            await store.PublishAsync("x");
            Assert.True(await reader.MoveNextAsync());
            await Eventually.TrueAsync(() => store.Subscribers.Count == 5);
            await store.GetSnapshotAsync();
            using var following = await store.FollowAsync();
            Assert.Equal((5, 5), (store.Subscribers.Count, await store.Subscribers.CountEverywhereAsync()));
            await hub.DisposeAsync();
        }

        await Eventually.TrueAsync(() => store.Subscribers.Count == 0);
        Assert.True(store.Subscribers.Any); // for the grace period
    }
}
