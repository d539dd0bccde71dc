using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>Joining and leaving at the same time, and while messages arrive.</summary>
public sealed class MembershipRaceTests
{
    [Fact]
    [Case("SR-01")]
    public async Task Leave_Completed_NothingMoreComes()
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await MemoryHubConnection.ConnectAsync(host);
        using var stop = new CancellationTokenSource();
        var publishing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await host.Orders.PublishAsync("x");
        });
        for (var round = 0; round < 600; round++)
        {
            await host.Manager.AddToGroupAsync(client.Id, "orders").WithTimeout();
            await host.Manager.RemoveFromGroupAsync(client.Id, "orders").WithTimeout();
            var writes = client.Output.Writes.Count;
            await host.PublishAsync("after the leave");
            Assert.Equal(writes, client.Output.Writes.Count);
        }

        await stop.CancelAsync();
        await publishing.WithTimeout();
        Assert.Equal(0, host.Registry.Count);
    }

    [Fact]
    [Case("SR-01")]
    public async Task JoinAndLeave_AtOnce_DeliversIfAndOnlyIfMember()
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await MemoryHubConnection.ConnectAsync(host);
        for (var round = 0; round < 600; round++)
        {
            await Task.WhenAll(
                Task.Run(() => host.Manager.AddToGroupAsync(client.Id, "orders")),
                Task.Run(() => host.Manager.RemoveFromGroupAsync(client.Id, "orders"))).WithTimeout();
            var writes = client.Output.Writes.Count;
            await host.Manager.SendGroupAsync("orders", "Probe", ["orders", null]).WithTimeout();
            var isMember = client.Output.Writes.Count > writes;
            Assert.Equal(isMember ? 1 : 0, host.Registry.Count);
        }
    }

    [Fact]
    [Case("SR-18")]
    public async Task JoinAndLeave_ManyWorkers_LeakNothing()
    {
        await using var host = await HubHost.StartAsync();
        await using var clients = new HubConnections();
        for (var i = 0; i < 4; i++)
            clients.Add(await MemoryHubConnection.ConnectAsync(host));
        await Task.WhenAll(
            Enumerable.Range(0, 16).Select(worker => Task.Run(() => ChurnAsync(host, clients.All[worker % 4], 250)))).WithTimeout();
        foreach (var client in clients.All)
            await host.Manager.RemoveFromGroupAsync(client.Id, "orders").WithTimeout();
        Assert.Equal(0, host.Registry.Count);
        foreach (var client in clients.All)
            Assert.Null((await client.InvokeAsync("Subscribe", "orders")).Error);
        Assert.Equal(4, host.Registry.Count);
        await host.PublishAsync("still working");
        await Eventually.TrueAsync(() => clients.All.All(client => client.Received.LastOrDefault() == "still working"));
        host.Host.Logs.AssertNoErrors();
    }

    [Fact]
    public async Task Join_WhileDisconnecting_LeavesNoSubscriber()
    {
        await using var host = await HubHost.StartAsync();
        for (var round = 0; round < 100; round++)
        {
            var client = await MemoryHubConnection.ConnectAsync(host);
            await Task.WhenAll(
                Task.Run(() => host.Manager.AddToGroupAsync(client.Id, "orders")), Task.Run(client.CloseAsync)).WithTimeout();
            Assert.Equal(0, host.Registry.Count);
        }
    }

    private static async Task ChurnAsync(HubHost host, MemoryHubConnection client, int cycles)
    {
        for (var cycle = 0; cycle < cycles; cycle++)
        {
            await host.Manager.AddToGroupAsync(client.Id, "orders");
            await host.Orders.PublishAsync("x");
            await host.Manager.RemoveFromGroupAsync(client.Id, "orders");
        }
    }
}
