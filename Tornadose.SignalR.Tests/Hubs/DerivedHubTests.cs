using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Hubs;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>An application's own hub that derives from the store hub.</summary>
[Case("SR-20")]
public sealed class DerivedHubTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OwnHub_InheritedMethods_Work(bool binary)
    {
        await using var host = await StartAsync();
        var before = (await host.PublishAsync("before")).ToString();
        await using var client = await host.ConnectAsync(binary);
        Assert.Equal(before, await client.Connection.InvokeAsync<string>("Subscribe", "orders").WithTimeout());
        await host.PublishAsync("1");
        Assert.Equal("1", (await client.NextAsync()).Data);
        await using var stream = client.Connection.StreamAsync<object>("WatchAfter", "orders", before).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync().WithTimeout());
        await client.UnsubscribeAsync("orders");
        Assert.Equal(1, host.Registry.Count);
    }

    [Fact]
    [Case("SR-13")]
    public async Task OwnHub_SubscribeOverriddenWithACheck_RefusesAndJoinsNothing()
    {
        await using var host = await StartAsync();
        await using var client = await host.ConnectAsync();
        var refusal = await Assert.ThrowsAsync<HubException>(() => client.SubscribeAsync("weather"));
        Assert.EndsWith("HubException: Not for you.", refusal.Message);
        await Assert.ThrowsAsync<HubException>(() => client.Connection.InvokeAsync<string>("Subscribe", "weather").WithTimeout());
        Assert.Equal(0, host.Registry.Count);
        await client.SubscribeAsync("orders");
    }

    [Fact]
    public async Task OwnHub_OwnMethods_WorkBesideTheStores()
    {
        await using var host = await StartAsync();
        await using var client = await host.ConnectAsync();
        Assert.Equal("HELLO", await client.Connection.InvokeAsync<string>("Shout", "hello").WithTimeout());
        await client.Connection.InvokeAsync("SubscribeAll").WithTimeout();
        await host.PublishAsync("1");
        Assert.Equal("1", (await client.NextAsync()).Data);
        await client.Connection.InvokeAsync("Tell", "orders").WithTimeout();
        Assert.Equal("told", (await client.NextAsync()).Data);
    }

    [Fact]
    public async Task OwnHub_GroupsFromOutside_Subscribe()
    {
        await using var host = await StartAsync();
        await using var client = await host.ConnectAsync();
        var context = host.Host.Get<IHubContext<CheckedHub, IStoreClient>>();
        await context.Groups.AddToGroupAsync(client.Id, "weather");
        await host.Store("weather").PublishAsync("sun");
        Assert.Equal("sun", (await client.NextAsync()).Data);
        await context.Clients.Group("weather").Message("weather", new StoreClientMessage { Data = "group" });
        Assert.Equal("group", (await client.NextAsync()).Data);
    }

    [Fact]
    public async Task MapStoreHub_HubNotAdded_NamesTheMissingLine()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => HubHost.StartAsync(map: app => app.MapStoreHub<CheckedHub>(HubHost.Path)));
        Assert.Contains("builder.Services.AddTornadose().AddHub<CheckedHub>();", failure.Message);
    }

    [Fact]
    public async Task MapStoreHub_NothingAdded_NamesTheMissingLine()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => TestHost.StartAsync(map: app => app.MapStoreHub(HubHost.Path)));
        Assert.Contains("builder.Services.AddTornadose();", failure.Message);
    }

    private static Task<HubHost> StartAsync() => HubHost.StartAsync(
        stores: stores => stores.AddHub<CheckedHub>().AddHub<CheckedHub>(), map: app => app.MapStoreHub<CheckedHub>(HubHost.Path));

    public sealed class CheckedHub : StoreHub
    {
        public override Task<string> Subscribe(string store) =>
            store == "orders" ? base.Subscribe(store) : throw new HubException("Not for you.");

        public string Shout(string text) => text.ToUpperInvariant();

        public Task SubscribeAll() => Groups.AddToGroupAsync(Context.ConnectionId, "orders");

        public Task Tell(string group) => Clients.Group(group).Message(group, new StoreClientMessage { Data = "told" });
    }
}
