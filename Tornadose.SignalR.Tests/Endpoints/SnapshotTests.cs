using System.Text.Json;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

public sealed class SnapshotTests
{
    [Fact]
    [Case("HTTP-03")]
    public async Task Get_Json_IsTheWindowAndItsId()
    {
        await using var host = await StoresApp.StartAsync(orders => orders.Capacity = 3);
        await host.OrdersStore().PublishNumberedAsync(3);
        var placed = await host.OrdersStore().PublishAsync(new { number = 4 }, new PublishOptions { EventType = "placed" });
        await using var http = await RawHttp.GetAsync(host.Orders(), ("Accept", "application/json"), ("Connection", "close"));
        Assert.Equal(
            ("application/json; charset=utf-8", "no-cache, no-store", "Accept"),
            (http.Header("Content-Type"), http.Header("Cache-Control"), http.Header("Vary")));
        var snapshot = JsonElement.Parse(await http.ReadTextAsync());
        Assert.Equal(("orders", placed.ToString()), (snapshot.GetProperty("store").GetString(), snapshot.GetProperty("id").GetString()));
        var messages = snapshot.GetProperty("messages").EnumerateArray().ToArray();
        Assert.Equal(3, messages.Length);
        Assert.Equal($$$"""{"id":"{{{placed}}}","event":"placed","data":{"number":4}}""", messages[2].GetRawText());
        Assert.Equal(0, host.Subscribers());
    }

    [Fact]
    public async Task Get_JsonOfAnEmptyStore_HasAnIdToContinueAfter()
    {
        await using var host = await StoresApp.StartAsync();
        var (id, messages) = await GetAsync(host);
        Assert.Empty(messages);
        await host.OrdersStore().PublishAsync("first");
        await using var sse = await RawSse.OpenAsync(host.Orders($"?after={id}"));
        Assert.Equal("first", (await sse.NextAsync()).Data);
    }

    [Theory, Case("HTTP-03")]
    [InlineData("", "m1 m2 m3 m4 m5")]
    [InlineData("?from=earliest", "m1 m2 m3 m4 m5")]
    [InlineData("?from=now", "")]
    [InlineData("?last=2", "m4 m5")]
    [InlineData("?last=0", "")]
    [InlineData("?last=99", "m1 m2 m3 m4 m5")]
    [InlineData("?after={3}", "m4 m5")]
    [InlineData("?after={5}", "")]
    [InlineData("?after=garbage", "reset")]
    [InlineData("?after=garbage&from=earliest", "reset m1 m2 m3 m4 m5")]
    public async Task Get_Json_HonoursWhereToBegin(string query, string expected)
    {
        await using var host = await StoresApp.StartAsync();
        var ids = await host.OrdersStore().PublishNumberedAsync(5);
        foreach (var path in new[] { "/stores/orders", "/stores" })
        {
            var said = query.Replace("{3}", ids[2], StringComparison.Ordinal).Replace("{5}", ids[4], StringComparison.Ordinal);
            await using var http = await RawHttp.GetAsync(
                host.Url(path == "/stores" ? $"/stores?store=orders&{said.TrimStart('?')}" : path + said), ("Accept", "application/json"));
            Assert.Equal(200, http.Status);
            var answer = JsonElement.Parse(await http.ReadTextAsync());
            Assert.Equal(ids[4], answer.GetProperty("id").GetString());
            var messages = (path == "/stores" ? answer.GetProperty("stores")[0] : answer).GetProperty("messages").EnumerateArray();
            var words = messages.Select(
                static message => message.TryGetProperty("reset", out _) ? "reset" : message.GetProperty("data").GetString());
            Assert.Equal(expected, string.Join(' ', words));
        }
    }

    [Fact, Case("HTTP-03", "HTTP-08")]
    public async Task Get_JsonAfterAHeader_BeginsThere()
    {
        await using var host = await StoresApp.StartAsync();
        var ids = await host.OrdersStore().PublishNumberedAsync(3);
        await using var http = await RawHttp.GetAsync(
            host.Orders("?after=garbage"), ("Accept", "application/json"), ("Last-Event-ID", ids[1]));
        var messages = JsonElement.Parse(await http.ReadTextAsync()).GetProperty("messages").EnumerateArray();
        Assert.Equal("m3", Assert.Single(messages).GetProperty("data").GetString());
    }

    [Fact, Case("HTTP-04")]
    public async Task Head_OfAStore_SaysTheIdToContinueAfter()
    {
        await using var host = await StoresApp.StartAsync();
        await host.OrdersStore().PublishNumberedAsync(2);
        await using var one = await RawHttp.SendAsync(host.Orders(), "HEAD");
        await using var list = await RawHttp.SendAsync(host.Url("/stores?store=orders&store=weather"), "HEAD");
        Assert.Equal(host.OrdersStore().Position.ToString(), one.Header("Tornadose-Id"));
        Assert.Equal($"{host.OrdersStore().Position}-{host.WeatherStore().Position}", list.Header("Tornadose-Id"));
        await host.OrdersStore().PublishAsync("next");
        await using var stream = await RawSse.OpenAsync(host.Orders($"?after={one.Header("Tornadose-Id")}"));
        Assert.Equal("next", (await stream.NextAsync()).Data);
    }

    [Theory]
    [InlineData("sse")]
    [InlineData("ndjson")]
    [InlineData("websocket")]
    public async Task Stream_AfterASnapshotUnderFire_HasNoGapAndNoDuplicate(string wire)
    {
        const int count = 2000;
        await using var host = await StoresApp.StartAsync(orders => orders.Capacity = 4 * count);
        var publishing = Task.Run(() => host.OrdersStore().PublishNumberedAsync(count));
        for (var page = 0; page < 10; page++)
        {
            var (id, messages) = await GetAsync(host);
            await using var reader = await WireReader.OpenAsync(wire, host.Orders($"?after={id}"));
            var all = messages.ToList();
            while (all.Count < Math.Min(count, messages.Count + 200))
                all.Add((await reader.NextAsync()).Data);
            Assert.Equal(Enumerable.Range(1, all.Count).Select(number => $"m{number}"), all);
        }

        await publishing;
    }

    private static async Task<(string Id, IReadOnlyList<string> Messages)> GetAsync(TestHost host)
    {
        await using var http = await RawHttp.GetAsync(host.Orders(), ("Accept", "application/json"), ("Connection", "close"));
        var snapshot = JsonElement.Parse(await http.ReadTextAsync());
        var messages = snapshot.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("data").GetString()!);
        return (snapshot.GetProperty("id").GetString()!, [.. messages]);
    }
}
