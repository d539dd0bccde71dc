using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Hubs;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

[Case("SR-10")]
public sealed class TwoHubsTests
{
    [Fact]
    public async Task TwoHubs_OneStore_EachClientGetsEachMessageOnce()
    {
        await using var host = await StartAsync();
        await using var first = await host.SubscribeAsync();
        await using var second = await HubSubscriber.StartAsync(host.Host.Url("/hubs/other"));
        await second.SubscribeAsync("orders");
        var ids = await host.PublishAsync(1, 20);
        Assert.Equal(ids, (await first.TakeAsync(20)).Select(message => message.Id));
        Assert.Equal(ids, (await second.TakeAsync(20)).Select(message => message.Id));
        await AssertNothingElseAsync(host, first, second);
    }

    [Fact]
    public async Task TwoHubs_GroupOfTheSameName_AreKeptApart()
    {
        await using var host = await StartAsync();
        await using var first = await host.SubscribeAsync();
        await using var second = await HubSubscriber.StartAsync(host.Host.Url("/hubs/other"));
        await second.SubscribeAsync("orders");
        await host.Context.Clients.Group("orders").SendAsync("Message", "orders", new { data = "first's" });
        Assert.Equal("first's", (await first.NextAsync()).Data);
        await host.Context.Groups.RemoveFromGroupAsync(second.Id, "orders");
        await first.UnsubscribeAsync("orders");
        await host.PublishAsync("1");
        Assert.Equal("1", (await second.NextAsync()).Data);
        await AssertNothingElseAsync(host, first, second);
    }

    [Fact]
    public async Task OneHub_TwoStores_EachMessageNamesItsStore()
    {
        await using var host = await StartAsync();
        await using var client = await host.SubscribeAsync();
        await client.SubscribeAsync("other");
        for (var number = 0; number < 20; number++)
        {
            await host.PublishAsync($"orders {number}");
            await host.Store("other").PublishAsync($"other {number}");
        }

        var seen = await client.TakeAsync(40);
        foreach (var store in new[] { "orders", "other" })
            Assert.Equal(
                Enumerable.Range(0, 20).Select(number => $"{store} {number}"),
                seen.Where(message => message.Store == store).Select(message => message.Data));
        await client.UnsubscribeAsync("orders");
        await host.PublishAsync("unwanted");
        await host.Store("other").PublishAsync("wanted");
        Assert.Equal("wanted", (await client.NextAsync()).Data);
    }

    private static Task<HubHost> StartAsync() => HubHost.StartAsync(
        stores: stores => stores.AddQueueStore("other").AddHub<OtherHub>(),
        map: app =>
        {
            app.MapStoreHub(HubHost.Path);
            app.MapStoreHub<OtherHub>("/hubs/other");
        });

    /// <summary>Anything else that was sent to the clients would arrive before this.</summary>
    private static async Task AssertNothingElseAsync(HubHost host, HubSubscriber first, HubSubscriber second)
    {
        await host.Context.Clients.All.SendAsync("Message", "end", new { data = "end" });
        await host.Host.Get<IHubContext<OtherHub>>().Clients.All.SendAsync("Message", "end", new { data = "end" });
        Assert.Equal("end", (await first.NextAsync()).Data);
        Assert.Equal("end", (await second.NextAsync()).Data);
    }

    public sealed class OtherHub : StoreHub;
}
