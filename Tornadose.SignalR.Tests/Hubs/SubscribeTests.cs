using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

public sealed class SubscribeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Subscribe_QueueStore_DeliversWhatIsPublishedAfterTheReturnedId(bool binary)
    {
        await using var host = await HubHost.StartAsync();
        var before = (await host.PublishAsync("before")).ToString();
        await using var client = await host.ConnectAsync(binary);
        Assert.Equal(before, await client.SubscribeAsync("orders"));
        var id = (await host.PublishAsync("after")).ToString();
        Assert.Equal(new HubEvent("Message", "orders", id, null, "after"), await client.NextAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Subscribe_DataStore_DeliversTheCurrentValueFirst(bool binary)
    {
        await using var host = await HubHost.StartAsync();
        var weather = host.Store("weather");
        await weather.PublishAsync("rain");
        var id = (await weather.PublishAsync("sun")).ToString();
        await using var client = await host.SubscribeAsync("weather", binary: binary);
        Assert.Equal(new HubEvent("Message", "weather", id, null, "sun"), await client.NextAsync());
        await weather.PublishAsync("snow");
        Assert.Equal("snow", (await client.NextAsync()).Data);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Subscribe_JsonMessage_ArrivesAsTheValueThatItIs(bool binary)
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await host.SubscribeAsync(binary: binary);
        var json = """{"name":"ä\u0022","whole":9007199254740993,"part":1.5,"yes":true,"none":null,"list":[1,{"deep":[]},"x"]}""";
        await host.Orders.PublishAsync(JsonElement.Parse(json), new PublishOptions { EventType = "order" });
        var received = await client.NextAsync();
        Assert.Equal("order", received.EventType);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(json), JsonElement.Parse(received.Data!)), received.Data);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Case("SR-02")]
    public async Task Subscribe_Twice_DeliversOnce(bool binary)
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await host.SubscribeAsync(binary: binary);
        var ids = await host.PublishAsync(1, 3);
        await client.TakeAsync(3);
        Assert.Equal(ids[2], await client.SubscribeAsync("orders"));
        await host.PublishAsync(4, 2);
        await client.TakeAsync(2);
        Assert.Equal(["1", "2", "3", "4", "5"], client.Seen.Select(message => message.Data));
        Assert.Equal(1, host.Registry.Count);
    }

    [Fact]
    [Case("SR-02")]
    public async Task Unsubscribe_NotSubscribed_DoesNothing()
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await host.ConnectAsync();
        await client.UnsubscribeAsync("orders");
        await client.UnsubscribeAsync("nowhere");
        host.Host.Logs.AssertNoErrors();
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("ORDERS")]
    [InlineData("ord*")]
    [InlineData("{orders}")]
    [InlineData("_ticket")]
    [InlineData("")]
    [InlineData(null)]
    [Case("SR-11", "SR-13")]
    public async Task Subscribe_NoSuchStore_FailsWithoutDetailsAndJoinsNothing(string? store)
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await host.ConnectAsync();
        var refusal = await Assert.ThrowsAsync<HubException>(() => client.SubscribeAsync(store!));
        Assert.EndsWith("HubException: [not-found] There is no such store.", refusal.Message);
        await host.Context.Clients.Group("orders").SendAsync("Message", "orders", new { data = "group" });
        await client.Connection.InvokeAsync("Unsubscribe", "orders").WithTimeout();
        Assert.Empty(client.Seen);
        Assert.Equal(0, host.Registry.Count);
    }

    [Fact]
    [Case("SR-11")]
    public async Task Subscribe_NamesThatDifferByCaseOrHavePunctuation_AreDifferentStores()
    {
        string[] names = ["Orders", "orders:1", "orders/1", "orders.1"];
        await using var host = await HubHost.StartAsync(stores: stores => Array.ForEach(names, name => stores.AddQueueStore(name)));
        await using var client = await host.ConnectAsync();
        foreach (var name in names)
            await client.SubscribeAsync(name);
        await host.PublishAsync("not subscribed");
        foreach (var name in names)
        {
            await host.Store(name).PublishAsync(name);
            var received = await client.NextAsync();
            Assert.Equal((name, name), (received.Store, received.Data));
        }
    }

    [Fact]
    public async Task Subscribe_ServerIsFull_Fails()
    {
        await using var host = await HubHost.StartAsync(builder => builder.Services.AddTornadose(options => options.MaxSubscribers = 1));
        await using var first = await host.SubscribeAsync();
        await using var second = await host.ConnectAsync();
        var refusal = await Assert.ThrowsAsync<HubException>(() => second.SubscribeAsync("orders"));
        Assert.Contains("no more subscribers", refusal.Message);
        await first.UnsubscribeAsync("orders");
        await second.SubscribeAsync("orders");
    }

    [Fact]
    public async Task Unsubscribe_MetricsListenerThrows_ReturnsThePermit()
    {
        await using var host = await HubHost.StartAsync();
        using var listener = ThrowingMeterListener.Start(host.Host.Get<IMeterFactory>(), "tornadose.subscribers.ended");
        await using var client = await host.SubscribeAsync();
        await Assert.ThrowsAsync<HubException>(() => client.UnsubscribeAsync("orders"));
        Assert.Equal(0, host.Registry.Admission.Count);
    }
}
