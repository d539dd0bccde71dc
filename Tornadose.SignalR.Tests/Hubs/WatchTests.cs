using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>A store as a stream of hub items.</summary>
public sealed class WatchTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Watch_AfterAnId_StreamsWhatFollowsAndThenLives(bool binary)
    {
        await using var host = await HubHost.StartAsync();
        var ids = await host.PublishAsync(1, 3);
        await using var client = await host.ConnectAsync(binary);
        await using var stream = Watch(client, "orders", ids[0]);
        Assert.Equal(("2", ids[1]), await NextAsync(stream));
        Assert.Equal("3", (await NextAsync(stream)).Data);
        await host.Orders.PublishAsync(new { total = 4 }, new PublishOptions { EventType = "order" });
        await stream.MoveNextAsync().WithTimeout();
        var item = HubEvent.Of("Message", "orders", stream.Current);
        Assert.Equal(("order", """{"total":4}"""), (item.EventType, item.Data));
    }

    /// <summary>The page has closed: its request has been disposed of, but the stream still has data to write.</summary>
    [Fact]
    public async Task Watch_RequestIsOver_StillWritesAndLogsNothing()
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await MemoryHubConnection.ConnectAsync(host);
        var request = new DefaultHttpContext();
        client.Request = request;
        await client.SendAsync(new StreamInvocationMessage("s", "Watch", ["orders"]));
        await Eventually.TrueAsync(() => host.Registry.Subscribers.Any());
        request.Uninitialize();
        await host.PublishAsync("last");
        await Eventually.TrueAsync(() => client.Writes.SelectMany(static write => write).OfType<StreamItemMessage>().Any());
        host.Host.Logs.AssertNoErrors();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Watch_UnknownId_BeginsWithAReset(bool binary)
    {
        await using var host = await HubHost.StartAsync();
        var current = (await host.PublishAsync("1")).ToString();
        await using var client = await host.ConnectAsync(binary);
        await using var stream = Watch(client, "orders", "nonsense");
        Assert.Equal("{\"reset\":{\"reason\":\"unknown\",\"id\":\"" + current + "\"}}", await NextJsonAsync(stream));
        await host.PublishAsync("2");
        Assert.Equal("2", (await NextAsync(stream)).Data);
    }

    /// <summary>R10 of the reports: a value that a hub protocol has parsed has lost its digits and its quotes.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WatchText_TextAndJson_IsWhatWasPublished(bool binary)
    {
        const string Json = """{"id":9007199254740993,"a":1.0}""";
        await using var host = await HubHost.StartAsync();
        await using var client = await host.ConnectAsync(binary);
        var after = host.Orders.Position.ToString();
        await host.Orders.PublishAsync(System.Text.Json.JsonElement.Parse(Json));
        await host.Orders.PublishAsync(System.Text.Json.JsonElement.Parse("\"x\""));
        await host.Orders.PublishAsync("x");
        await using var stream = client.Connection.StreamAsync<object>("WatchText", "orders", after).GetAsyncEnumerator();
        Assert.Equal(Json, (await NextAsync(stream)).Data);
        Assert.Equal("\"x\"", (await NextAsync(stream)).Data);
        Assert.Equal("x", (await NextAsync(stream)).Data);
    }

    [Fact]
    [Case("SR-15")]
    public async Task Watch_Cancelled_FreesTheSubscriber()
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await host.ConnectAsync();
        using var cancel = new CancellationTokenSource();
        var reading = client.Connection.StreamAsync<object>("Watch", "orders", cancel.Token).ToListAsync().AsTask();
        await Eventually.TrueAsync(() => host.Registry.Count == 1);
        await cancel.CancelAsync();
        await Eventually.TrueAsync(() => host.Registry.Count == 0);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WithTimeout());
        await host.PublishAsync("to nobody");
        host.Host.Logs.AssertNoErrors();
    }

    [Fact]
    [Case("SR-15")]
    public async Task Watch_ConnectionGone_FreesTheSubscriber()
    {
        await using var host = await HubHost.StartAsync();
        await using var link = CutProxy.Start(host.Url);
        await using var client = await HubSubscriber.StartAsync(link.Url);
        await using var first = Watch(client, "orders");
        await using var second = Watch(client, "orders");
        var (one, other) = (first.MoveNextAsync().AsTask(), second.MoveNextAsync().AsTask());
        await Eventually.TrueAsync(() => host.Registry.Count == 2);
        link.Cut();
        await Eventually.TrueAsync(() => host.Registry.Count == 0);
        await Assert.ThrowsAnyAsync<Exception>(() => one.WithTimeout());
        await Assert.ThrowsAnyAsync<Exception>(() => other.WithTimeout());
    }

    [Fact]
    [Case("SR-13")]
    public async Task Watch_NoSuchStore_FailsWithoutDetails()
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await host.ConnectAsync();
        await using var stream = Watch(client, "nowhere");
        var refusal = await Assert.ThrowsAsync<HubException>(() => stream.MoveNextAsync().WithTimeout());
        Assert.EndsWith("HubException: [not-found] There is no such store.", refusal.Message);
        Assert.Equal(0, host.Registry.Count);
    }

    [Fact]
    public async Task Watch_ServerStops_TheStreamEnds()
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await host.ConnectAsync();
        await using var stream = Watch(client, "orders");
        var next = stream.MoveNextAsync().AsTask();
        await Eventually.TrueAsync(() => host.Registry.Count == 1);
        await host.Host.StopAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => next.WithTimeout());
        await host.Host.UntilSubscribersAsync(0); // the host's stop does not wait for that
    }

    [Fact]
    public async Task Watch_ConsumerSlowerThanTheWindow_IsToldWhatItMissed()
    {
        await using var host = await HubHost.StartAsync(orders: options => options.Capacity = 10);
        await using var client = await MemoryHubConnection.ConnectAsync(host);
        await StallAsync(host, client);
        await host.PublishAsync(2, 100);
        client.Output.Release();
        await Eventually.TrueAsync(
            () => Items(client).Any(item => item.Contains("\"reset\":{\"reason\":\"slow\"", StringComparison.Ordinal)));
        await host.PublishAsync("after");
        await Eventually.TrueAsync(() => Items(client)[^1].Contains("after", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Watch_ConsumerStandsStill_EndsWithTheReason()
    {
        await using var host = await HubHost.StartAsync(orders: options => options.SendTimeout = TimeSpan.FromSeconds(1));
        await using var client = await MemoryHubConnection.ConnectAsync(host);
        await StallAsync(host, client);
        await host.PublishAsync(2, 10);
        await Eventually.TrueAsync(
            () => host.Host.Logs.GetSnapshot().Any(entry => entry.Message.Contains("slow", StringComparison.OrdinalIgnoreCase)));
        client.Output.Release();
        CompletionMessage? end = null;
        await Eventually.TrueAsync(() => (end = client.Writes.SelectMany(write => write).OfType<CompletionMessage>()
            .SingleOrDefault(message => message.InvocationId == "w")) is not null);
        Assert.Contains("read more slowly", end!.Error);
        Assert.Equal(0, host.Registry.Count);
    }

    private static async Task StallAsync(HubHost host, MemoryHubConnection client)
    {
        // Watches from an id on, so that it also gets what is published before the stream has started.
        await client.SendAsync(new StreamInvocationMessage("w", "WatchAfter", ["orders", host.Orders.Position.ToString()]));
        await Eventually.TrueAsync(() => host.Registry.Count == 1);
        client.Output.Stall();
        await host.PublishAsync("1");
        await Eventually.TrueAsync(() => Items(client).Length == 1);
    }

    private static string[] Items(MemoryHubConnection client) =>
        [.. client.Writes.SelectMany(write => write).OfType<StreamItemMessage>().Select(item => HubEvent.Text(item.Item)!)];

    private static IAsyncEnumerator<object> Watch(HubSubscriber client, string store, string? after = null) =>
        client.Connection.StreamAsync<object>("WatchAfter", store, after).GetAsyncEnumerator();

    private static async Task<string?> NextJsonAsync(IAsyncEnumerator<object> stream) =>
        await stream.MoveNextAsync().WithTimeout() ? HubEvent.Text(stream.Current) : null;

    private static async Task<(string? Data, string? Id)> NextAsync(IAsyncEnumerator<object> stream)
    {
        Assert.True(await stream.MoveNextAsync().WithTimeout());
        var item = HubEvent.Of("Message", "orders", stream.Current);
        return (item.Data, item.Id);
    }
}
