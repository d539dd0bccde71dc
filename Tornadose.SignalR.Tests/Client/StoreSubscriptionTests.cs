using System.Collections.Concurrent;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Client;

public sealed class StoreSubscriptionTests
{
    [Fact]
    public async Task Follow_ConnectionIsLostAndComesBack_TellsItsStates()
    {
        await using var site = await ClientSite.StartAsync();
        using var client = site.CreateClient("sse");
        var states = new ConcurrentQueue<StoreSubscriptionState>();
        var subscription = client.Follow(
            "orders", static (_, _) => throw new InvalidOperationException("a bug"), told => states.Enqueue(told.State));
        await Eventually.TrueAsync(() => subscription.State == StoreSubscriptionState.Live);
        var ids = await site.PublishAsync(1, 2);
        await Eventually.TrueAsync(() => subscription.LastId == ids[1]); // an exception of the callback does not end it
        await site.KillAsync();
        await Eventually.TrueAsync(() => subscription is { State: StoreSubscriptionState.Waiting, LastError: not null });
        await site.ReviveAsync();
        await Eventually.TrueAsync(() => subscription is { State: StoreSubscriptionState.Live, LastError: null });
        await subscription.DisposeAsync();
        await subscription.Completion.WithTimeout();
        Assert.Equal([StoreSubscriptionState.Live, StoreSubscriptionState.Waiting], states.Take(2));
        Assert.Equal([StoreSubscriptionState.Live, StoreSubscriptionState.Ended], states.TakeLast(2));
    }

    [Fact]
    public async Task Follow_StoreThatIsNotThere_Fails()
    {
        await using var site = await ClientSite.StartAsync();
        using var client = site.CreateClient("sse");
        await using var subscription = client.Follow("nothing", static (_, _) => ValueTask.CompletedTask);
        await Assert.ThrowsAsync<StoreNotFoundException>(() => subscription.Completion.WithTimeout());
        Assert.Equal(StoreSubscriptionState.Failed, subscription.State);
        Assert.IsType<StoreNotFoundException>(subscription.LastError);
    }

    [Fact]
    public async Task Dispose_ByTheCallback_DoesNotWaitForItself()
    {
        await using var site = await ClientSite.StartAsync();
        using var client = site.CreateClient("sse");
        StoreSubscription? subscription = null;
        subscription = client.Follow("orders", (_, _) => subscription!.DisposeAsync(), start: StartAt.Latest);
        await site.PublishAsync(1, 1);
        await subscription.Completion.WithTimeout();
        Assert.Equal(StoreSubscriptionState.Ended, subscription.State);
    }
}
