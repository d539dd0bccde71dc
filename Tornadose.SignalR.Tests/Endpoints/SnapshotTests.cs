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
        Assert.Equal(("application/json; charset=utf-8", "no-cache, no-store", "Accept"), (http.Header("Content-Type"), http.Header("Cache-Control"), http.Header("Vary")));
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
