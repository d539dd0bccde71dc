using Microsoft.AspNetCore.Builder;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>SignalR's stateful reconnect, in which the connection outlives its link.</summary>
public sealed class StatefulReconnectTests
{
    [Fact]
    [Case("SR-08")]
    public async Task LinkBlips_ShortOnes_EveryMessageArrivesOnceOnTheSameConnection()
    {
        await using var host = await StartAsync();
        await using var link = CutProxy.Start(host.Url);
        await using var client = await SubscribeAsync(link);
        var next = 1;
        for (var blip = 0; blip < 3; blip++)
        {
            await host.PublishAsync(next, 10);
            await AssertNumbersAsync(client, next, 10);
            link.Freeze();
            link.Cut();
            await host.PublishAsync(next + 10, 20);
            link.Thaw();
            await AssertNumbersAsync(client, next + 10, 20);
            next += 30;
        }

        Assert.Equal(1, host.Registry.Count);
        Assert.True(link.Connections > 4, $"{link.Connections} connections");
        await client.SendAsync(new { id = 2, invoke = new[] { "Unsubscribe", "orders" } });
        Assert.Equal("result", (await client.NextAsync()).GetProperty("type").GetString());
        host.Host.Logs.AssertNoErrors();
    }

    [Fact]
    [Case("SR-07")]
    public async Task LinkDead_MoreThanTheBufferHolds_IsCutWhileOthersGoOnAndResumesOnANewConnection()
    {
        await using var host = await StartAsync();
        await using var other = await host.SubscribeAsync();
        await using var link = CutProxy.Start(host.Url);
        await using var client = await SubscribeAsync(link);
        await host.PublishAsync("before");
        var last = (await client.NextAsync("message")).GetProperty("args")[1].GetProperty("id").GetString();
        link.Freeze();
        var large = new string('x', 20_000);
        for (var number = 0; number < 20; number++)
            await host.PublishAsync(large);
        Assert.All((await other.TakeAsync(21)).Skip(1), message => Assert.Equal(large, message.Data));
        await Eventually.TrueAsync(() => host.Registry.Count == 1);
        link.Cut();
        link.Thaw();
        await client.NextAsync("reconnected");
        await client.SendAsync(new { id = 2, invoke = new[] { "Resume", "orders", last } });
        await host.PublishAsync("after");
        var seen = await client.TakeAsync("message", 21);
        Assert.Equal([.. Enumerable.Repeat(large, 20), "after"], seen.Select(Data));
    }

    private static Task<HubHost> StartAsync() => HubHost.StartAsync(
        orders: options => options.SendTimeout = TimeSpan.FromSeconds(6),
        map: app => app.MapStoreHub(HubHost.Path, options => options.AllowStatefulReconnects = true));

    private static async Task<NodeClient> SubscribeAsync(CutProxy link)
    {
        var client = NodeClient.SignalR(link.Url, new { stateful = true, reconnect = true });
        await client.NextAsync("open");
        await client.SendAsync(new { id = 1, invoke = new[] { "Subscribe", "orders" } });
        await client.NextAsync("result");
        return client;
    }

    /// <summary>Checks that the next lines are exactly these messages: no other kind of reconnect, no reset.</summary>
    private static async Task AssertNumbersAsync(NodeClient client, int first, int count)
    {
        for (var number = first; number < first + count; number++)
        {
            var line = await client.NextAsync();
            Assert.Equal(
                ("message", $"{number}"),
                (line.GetProperty("type").GetString(), line.TryGetProperty("args", out _) ? Data(line) : line.ToString()));
        }
    }

    private static string? Data(System.Text.Json.JsonElement line) => line.GetProperty("args")[1].GetProperty("data").GetString();
}
