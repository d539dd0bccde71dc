using Microsoft.AspNetCore.SignalR.Client;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>What ends a connection, and what remains of it.</summary>
public sealed class HubLimitsTests
{
    [Fact]
    [Case("SR-16")]
    public async Task Call_LargerThanSignalRTakes_ClosesTheConnectionAndFreesItsSubscriptions()
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await host.SubscribeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => client.SubscribeAsync("orders", new string('x', 33 * 1024)));
        Assert.Contains("closed the connection", (await client.Closed.Task.WithTimeout())!.Message);
        await Eventually.TrueAsync(() => host.Registry.Count == 0);
    }

    [Fact]
    public async Task Call_LongId_IsResetLikeAnyUnknownOne()
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await host.SubscribeAsync("orders", new string('9', 16 * 1024));
        Assert.Equal(("Reset", "unknown"), (await client.NextAsync()) is var reset ? (reset.Method, reset.Data) : default);
    }

    [Fact]
    public async Task Server_Stops_ConnectionsCloseAndNothingIsLeft()
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await host.SubscribeAsync();
        await client.SubscribeAsync("weather");
        await host.Host.StopAsync();
        await client.Closed.Task.WithTimeout();
        await host.Host.UntilSubscribersAsync(0);
        await Eventually.TrueAsync(() => host.Disconnected == 1);
        host.Host.Logs.AssertNoErrors();
    }

    [Fact]
    [Case("SR-03")]
    public async Task Connections_ComeAndGo_LeaveNoSubscriber()
    {
        await using var host = await HubHost.StartAsync();
        for (var round = 0; round < 50; round++)
        {
            await using var client = await MemoryHubConnection.ConnectAsync(host);
            await client.InvokeAsync("Subscribe", round % 2 == 0 ? "orders" : "weather");
        }

        Assert.Equal((0, 50), (host.Registry.Count, host.Disconnected));
    }
}
