using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.Endpoints;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>A client that reconnects on a new connection with the last id that it saw.</summary>
public sealed class HubResumeTests
{
    private const int Window = 5;

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "10")]
    [InlineData(4, "7 8 9 10")]
    [Case("SR-05")]
    public async Task Subscribe_AfterAKeptId_DeliversExactlyWhatFollowed(int before, string expected)
    {
        foreach (var binary in new[] { false, true })
        {
            await using var host = await StartAsync();
            var ids = await host.PublishAsync(1, 10);
            var after = ids[ids.Count - 1 - before];
            await using var client = await host.ConnectAsync(binary);
            Assert.Equal(after, await client.SubscribeAsync("orders", after));
            await host.PublishAsync("live");
            var seen = await client.TakeAsync(before + 1);
            Assert.Equal([.. expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), "live"], seen.Select(message => message.Data));
        }
    }

    [Theory]
    [InlineData("older", "expired")]
    [InlineData("epoch", "epoch")]
    [InlineData("future", "unknown")]
    [InlineData("tag", "rollback")]
    [InlineData("garbage", "unknown")]
    [InlineData("🌪\r\n", "unknown")]
    [InlineData("null", "unknown")]
    [Case("SR-05")]
    public async Task Subscribe_AfterAnIdThatCannotBeResumed_ResetsFirstAndThenLives(string kind, string reason)
    {
        foreach (var binary in new[] { false, true })
        {
            await using var host = await StartAsync();
            var ids = await host.PublishAsync(1, 10);
            await using var client = await host.ConnectAsync(binary);
            Assert.Equal(ids[^1], await client.SubscribeAsync("orders", IdOf(kind, ids)));
            Assert.Equal(new HubEvent("Reset", "orders", ids[^1], null, reason), await client.NextAsync());
            await host.PublishAsync("live");
            Assert.Equal("live", (await client.NextAsync()).Data);
        }
    }

    /// <summary>A page that followed a list over another transport has a single id for all stores.</summary>
    [Theory, Case("SR-05", "HTTP-35"), InlineData(0), InlineData(1)]
    public async Task Subscribe_IdOfAListOfStores_ContinuesEachStore(int part)
    {
        await using var host = await StartAsync();
        var ids = await host.PublishAsync(1, 3);
        var weather = (await host.Store("weather").PublishAsync("sun")).ToString();
        var after = $"{ListMessage.ShortOf(weather)}-{ListMessage.ShortOf(ids[1])}";
        await using var client = await host.ConnectAsync();

        Assert.Equal(ids[1], await client.SubscribeAsync("orders", part == 0 ? after : ListMessage.ShortOf(ids[1])));
        Assert.Equal("3", (await client.NextAsync()).Data);
    }

    [Fact]
    [Case("SR-05")]
    public async Task Subscribe_IdOfAnotherStore_Resets()
    {
        await using var host = await StartAsync();
        var foreign = (await host.Store("weather").PublishAsync("sun")).ToString();
        await using var client = await host.SubscribeAsync("orders", foreign);
        Assert.Equal(("Reset", "epoch"), ((await client.NextAsync()) is var reset ? reset.Method : "", reset.Data));
    }

    [Fact]
    [Case("SR-05")]
    public async Task Subscribe_EmptyId_IsANewSubscriber()
    {
        await using var host = await StartAsync();
        await host.PublishAsync("old");
        await using var client = await host.SubscribeAsync("orders", "");
        await host.PublishAsync("live");
        Assert.Equal("live", (await client.NextAsync()).Data);
    }

    [Fact]
    [Case("SR-17")]
    public async Task Id_OfTheHub_ResumesAnEventStreamAndBack()
    {
        await using var host = await StartAsync();
        await using var client = await host.SubscribeAsync();
        await host.PublishAsync(1, 2);
        var last = (await client.TakeAsync(2))[1].Id!;
        await client.Connection.StopAsync();
        await host.PublishAsync("3");
        await using var events = await RawSse.OpenAsync(host.Host.Url("/stores/orders"), ("Last-Event-ID", last));
        var third = await events.NextAsync();
        Assert.Equal("3", third.Data);
        await host.PublishAsync("4");
        await using var again = await host.SubscribeAsync("orders", third.LastEventId);
        Assert.Equal("4", (await again.NextAsync()).Data);
    }

    [Fact]
    public async Task Subscribe_SlowBeyondTheWindow_IsResetAndGoesOn()
    {
        await using var host = await StartAsync();
        await using var client = await MemoryHubConnection.ConnectAsync(host);
        await client.InvokeAsync("Subscribe", "orders");
        client.Output.Stall();
        await host.PublishAsync("1");
        await Eventually.TrueAsync(() => client.Received.Any());
        await host.PublishAsync(2, Window + 1);
        client.Output.Release();
        await Eventually.TrueAsync(() => client.Resets.SequenceEqual(["slow"]));
        await host.PublishAsync("live");
        await Eventually.TrueAsync(() => client.Received.SequenceEqual(["1", "live"]));
    }

    [Fact]
    public async Task Subscribe_SlowBeyondTheWindowOfADisconnectingStore_ClosesWithTheReasonAndLeaveToReconnect()
    {
        await using var host = await HubHost.StartAsync(
            orders: options => (options.Capacity, options.SlowConsumer) = (Window, SlowConsumerPolicy.Disconnect));
        await using var client = await MemoryHubConnection.ConnectAsync(host);
        await client.InvokeAsync("Subscribe", "orders");
        client.Output.Stall();
        await host.PublishAsync("1");
        await Eventually.TrueAsync(() => client.Received.Any());
        await host.PublishAsync(2, Window + 1);
        client.Output.Release();
        await client.Served.WithTimeout();
        var close = client.Writes.SelectMany(write => write).OfType<Microsoft.AspNetCore.SignalR.Protocol.CloseMessage>().First();
        Assert.True(close.AllowReconnect);
        Assert.Contains("read more slowly", close.Error);
        Assert.Equal(0, host.Registry.Count);
    }

    private static Task<HubHost> StartAsync() => HubHost.StartAsync(orders: options => options.Capacity = Window);

    private static string IdOf(string kind, IReadOnlyList<string> ids)
    {
        Assert.True(MessagePosition.TryParse(ids[^1], out var top));
        return kind switch
        {
            "older" => ids[^(Window + 1)],
            "epoch" => new MessagePosition(top.Epoch + 1, top.Offset, top.Tag).ToString(),
            "future" => new MessagePosition(top.Epoch, top.Offset + 1, top.Tag).ToString(),
            "tag" => new MessagePosition(top.Epoch, top.Offset, top.Tag + 1).ToString(),
            _ => kind,
        };
    }
}
