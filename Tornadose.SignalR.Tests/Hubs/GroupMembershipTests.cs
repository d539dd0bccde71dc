using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>The group named after a store is its set of subscribers.</summary>
public sealed class GroupMembershipTests
{
    [Fact]
    public async Task AddToGroupAsync_StoresGroupFromOutside_Subscribes()
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await host.ConnectAsync();
        await host.Context.Groups.AddToGroupAsync(client.Id, "orders");
        await host.Context.Groups.AddToGroupAsync(client.Id, "orders");
        await host.PublishAsync("1");
        Assert.Equal("1", (await client.NextAsync()).Data);
        await client.UnsubscribeAsync("orders");
        Assert.Single(client.Seen);
        Assert.Equal(0, host.Registry.Count);
    }

    [Fact]
    public async Task AddToGroupAsync_DataStoresGroup_DeliversTheCurrentValue()
    {
        await using var host = await HubHost.StartAsync();
        await host.Store("weather").PublishAsync("sun");
        await using var client = await host.ConnectAsync();
        await host.Context.Groups.AddToGroupAsync(client.Id, "weather");
        Assert.Equal("sun", (await client.NextAsync()).Data);
    }

    [Fact]
    public async Task RemoveFromGroupAsync_FromOutside_EndsTheSubscription()
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await host.SubscribeAsync();
        await host.PublishAsync("1");
        await client.NextAsync();
        await host.Context.Groups.RemoveFromGroupAsync(client.Id, "orders");
        Assert.Equal(0, host.Registry.Count);
        await host.PublishAsync("2");
        await host.Context.Clients.Client(client.Id).SendAsync("Message", "orders", new { data = "last" });
        Assert.Equal("last", (await client.NextAsync()).Data);
        await client.SubscribeAsync("orders", client.Seen[0].Id);
        Assert.Equal("2", (await client.NextAsync()).Data);
    }

    [Fact]
    public async Task GroupSend_StoresGroup_ReachesExactlyTheMembers()
    {
        await using var host = await HubHost.StartAsync();
        await using var subscribed = await host.SubscribeAsync();
        await using var added = await host.ConnectAsync();
        await using var left = await host.SubscribeAsync();
        await using var stranger = await host.SubscribeAsync("weather");
        await host.Context.Groups.AddToGroupAsync(added.Id, "orders");
        await left.UnsubscribeAsync("orders");
        await host.Context.Clients.Group("orders").SendAsync("Message", "orders", new { data = "to members" });
        await host.Context.Clients.All.SendAsync("Message", "orders", new { data = "to all" });
        Assert.Equal(["to members", "to all"], (await subscribed.TakeAsync(2)).Select(message => message.Data));
        Assert.Equal(["to members", "to all"], (await added.TakeAsync(2)).Select(message => message.Data));
        Assert.Equal("to all", (await left.NextAsync()).Data);
        Assert.Equal("to all", (await stranger.NextAsync()).Data);
    }

    [Fact]
    public async Task Groups_NoStoreOfThatName_WorkAsEver()
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await host.ConnectAsync();
        await host.Context.Groups.AddToGroupAsync(client.Id, "staff");
        await host.Context.Clients.Group("staff").SendAsync("Message", "staff", new { data = "hello" });
        Assert.Equal("hello", (await client.NextAsync()).Data);
        Assert.Equal(0, host.Registry.Count);
        await host.Context.Groups.RemoveFromGroupAsync(client.Id, "staff");
        await host.Context.Clients.Group("staff").SendAsync("Message", "staff", new { data = "nobody" });
        await client.SubscribeAsync("orders");
        Assert.Single(client.Seen);
    }

    [Fact]
    public async Task Unsubscribe_GroupThatIsNoStore_DoesNotLeaveIt()
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await host.ConnectAsync();
        await host.Context.Groups.AddToGroupAsync(client.Id, "staff");
        await client.UnsubscribeAsync("staff");
        await client.Connection.InvokeAsync("Unsubscribe", (object?)null).WithTimeout();
        await host.Context.Clients.Group("staff").SendAsync("Message", "staff", new { data = "still here" });
        Assert.Equal("still here", (await client.NextAsync()).Data);
    }

    [Fact]
    public async Task AddToGroupAsync_UnknownConnection_DoesNothing()
    {
        await using var host = await HubHost.StartAsync();
        await host.Context.Groups.AddToGroupAsync("nobody", "orders");
        await host.Context.Groups.RemoveFromGroupAsync("nobody", "orders");
        Assert.Equal(0, host.Registry.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Case("SR-03")]
    public async Task Disconnect_Subscribed_LeavesNothingBehind(bool abruptly)
    {
        await using var host = await HubHost.StartAsync(stores: stores => stores.AddQueueStore("second"));
        await using var link = CutProxy.Start(host.Url);
        await using var client = await HubSubscriber.StartAsync(link.Url);
        await client.SubscribeAsync("orders");
        await client.SubscribeAsync("weather");
        await host.Context.Groups.AddToGroupAsync(client.Id, "second");
        var id = client.Id;
        if (abruptly)
            link.Cut();
        else
            await client.Connection.StopAsync().WithTimeout();
        await Eventually.TrueAsync(() => host.Registry.Count == 0);
        await host.Context.Groups.AddToGroupAsync(id, "orders");
        Assert.Equal(0, host.Registry.Count);
        await host.PublishAsync("to nobody");
        host.Host.Logs.AssertNoErrors();
    }
}
