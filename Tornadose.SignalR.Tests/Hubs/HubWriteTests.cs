using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>How often messages are rendered, and which share one write.</summary>
public sealed class HubWriteTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deliver_Backlog_GoesOutInOneWrite(bool binary)
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await MemoryHubConnection.ConnectAsync(host, Protocol(binary));
        await client.InvokeAsync("Subscribe", "orders");
        await StallAsync(host, client, 20);
        client.Output.Release();
        await Eventually.TrueAsync(() => client.Received.Count() == 20);
        Assert.Equal(Enumerable.Range(1, 20).Select(number => $"{number}"), client.Received);
        Assert.Equal([1, 19], client.Batches);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deliver_BacklogOnStatefulReconnect_GoesOutOneMessageAWrite(bool binary)
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await MemoryHubConnection.ConnectAsync(host, Protocol(binary), isStateful: true);
        await client.InvokeAsync("Subscribe", "orders");
        await StallAsync(host, client, 20);
        client.Output.Release();
        await Eventually.TrueAsync(() => client.Received.Count() == 20);
        Assert.Equal(Enumerable.Range(1, 20).Select(number => $"{number}"), client.Received);
        Assert.All(client.Writes, write => Assert.Single(write));
    }

    [Fact]
    public async Task Deliver_ManyConnectionsOfTwoProtocols_RendersOncePerProtocol()
    {
        await using var host = await HubHost.StartAsync();
        await using var clients = new HubConnections();
        for (var i = 0; i < 40; i++)
            clients.Add(await MemoryHubConnection.ConnectAsync(host, Protocol(i % 2 == 0)));
        foreach (var client in clients.All)
            await client.InvokeAsync("Subscribe", "orders");
        await host.PublishAsync(1, 5);
        await Eventually.TrueAsync(() => clients.All.All(client => client.Received.Count() == 5));
        Assert.Equal(5, host.Binary.MessagesRendered);
        Assert.Equal(40, host.Registry.Count);
    }

    [Fact]
    [Case("SR-12")]
    public async Task Deliver_OneConnectionThrowsOnWrite_OthersReceive()
    {
        await using var host = await HubHost.StartAsync();
        await using var clients = new HubConnections();
        for (var i = 0; i < 3; i++)
            clients.Add(await MemoryHubConnection.ConnectAsync(host));
        foreach (var client in clients.All)
            await client.InvokeAsync("Subscribe", "orders");
        clients.All[1].Output.Throws = true;
        await host.PublishAsync(1, 3);
        await Eventually.TrueAsync(() => clients.All[0].Received.Count() == 3 && clients.All[2].Received.Count() == 3);
        await clients.All[1].Served.WithTimeout();
        Assert.Equal(2, host.Registry.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Case("SLOW-03")]
    public async Task Cut_ClientThatDoesNotReadOrAcknowledge_EndsTheSubscriptionAtOnce(bool isStateful)
    {
        await using var host = await HubHost.StartAsync(orders: options => options.SendTimeout = TimeSpan.FromSeconds(1));
        await using var client = await MemoryHubConnection.ConnectAsync(host, isStateful: isStateful);
        await client.InvokeAsync("Subscribe", "orders");
        client.Output.WaitsForAcknowledgements = isStateful;
        await StallAsync(host, client, 5);
        await Eventually.TrueAsync(() => host.Registry.Count == 0);
        host.Host.Logs.AssertNoErrors();
    }

    private static IHubProtocol Protocol(bool binary) => binary ? new MessagePackHubProtocol() : new JsonHubProtocol();

    /// <summary>Publishes while the client does not read: one message is being written, the others wait in the log.</summary>
    private static async Task StallAsync(HubHost host, MemoryHubConnection client, int count)
    {
        client.Output.Stall();
        await host.PublishAsync("1");
        await Eventually.TrueAsync(() => client.Received.Any());
        await host.PublishAsync(2, count - 1);
    }
}
