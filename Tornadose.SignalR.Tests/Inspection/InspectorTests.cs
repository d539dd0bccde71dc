using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Inspection;

public sealed class InspectorTests
{
    [Fact, Case("SEC-01")]
    public async Task Start_InspectorWithoutDecision_RefusesAndSaysWhatToAdd()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => TestHost.StartAsync(
            builder => builder.Services.AddTornadose(), app => app.MapStoreInspector("/stores/_inspect")));
        Assert.Equal(
            "'Tornadose inspector at /stores/_inspect' does not say who may look, and end subscribers. Add " +
                ".RequireAuthorization(\"policy\") or .AllowAnonymous() to MapStoreInspector(…).", failure.Message);
    }

    [Fact]
    public async Task Look_AtStores_TellsTheirWindowsAndWhoReadsThem()
    {
        var clock = new FakeTimeProvider();
        await using var host = await InspectedApp.StartAsync(services: services => services.AddSingleton<TimeProvider>(clock));
        await using var one = await RawSse.OpenAsync(host.Orders());
        await using var both = await RawSse.OpenAsync(host.Url("/stores?store=orders&store=weather"));
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await host.UntilSubscribersAsync(3);
        Assert.Equal(JsonValueKind.Null, StoreOf(await host.InspectNodeAsync(), "orders").GetProperty("messagesPerSecond").ValueKind);
        var ids = await host.OrdersStore().PublishNumberedAsync(20);
        clock.Advance(TimeSpan.FromSeconds(2));
        var orders = StoreOf(await host.InspectNodeAsync(), "orders");
        Assert.Equal(("Queue", ids[^1], 20, 1000, 51, "Reset", 10.0), (
            orders.GetProperty("kind").GetString(), orders.GetProperty("id").GetString(),
            orders.GetProperty("messages").GetInt32(), orders.GetProperty("capacity").GetInt32(), orders.GetProperty("bytes").GetInt32(),
            orders.GetProperty("slowConsumer").GetString(), orders.GetProperty("messagesPerSecond").GetDouble()));
        var counts = orders.GetProperty("subscribers").EnumerateObject()
            .OrderBy(count => count.Name).ToDictionary(count => count.Name, count => count.Value);
        Assert.Equal("""{"sse":2,"websocket":1}""", JsonSerializer.Serialize(counts));
        Assert.Equal(
            """{"sse":1}""", StoreOf(await host.InspectNodeAsync("?store=weather"), "weather").GetProperty("subscribers").GetRawText());
    }

    [Fact]
    public async Task Look_AtSubscribers_TellsHowFarBehindTheyAreFurthestFirst()
    {
        const int Large = 100_000;
        await using var host = await InspectedApp.StartAsync();
        await using var healthy = await RawSse.OpenAsync(host.Orders());
        await using var stalled = await RawWs.OpenAsync(host.Orders(), receiveBufferBytes: 4096);
        await host.UntilSubscribersAsync(2);
        for (var message = 0; message < 100; message++)
            await host.OrdersStore().PublishAsync(new string('x', Large));
        await healthy.TakeAsync(100);
        var (node, listed, feed) = (default(JsonElement), default(JsonElement), default(JsonElement));
        await Eventually.TrueAsync(async () => // until it has filled the connection
        {
            node = await host.InspectNodeAsync("?limit=1");
            listed = Assert.Single(node.GetProperty("subscribers").EnumerateArray());
            feed = Assert.Single(listed.GetProperty("stores").EnumerateArray());
            return feed.GetProperty("behind").GetInt64() < 100
                && feed.GetProperty("behind").GetInt64() + feed.GetProperty("delivered").GetInt64() == 100;
        });
        Assert.Equal(2, node.GetProperty("subscriberCount").GetInt32());
        Assert.Equal(
            ("websocket", "orders", 0),
            (listed.GetProperty("transport").GetString(), feed.GetProperty("store").GetString(), feed.GetProperty("resets").GetInt32()));
        var behind = feed.GetProperty("behind").GetInt64();
        Assert.InRange(behind, 1, 99);
        Assert.Equal(behind * Large, feed.GetProperty("bytesBehind").GetInt64());
    }

    [Fact]
    public async Task Look_FromABrowser_IsAPageThatRunsNothingElse()
    {
        await using var host = await InspectedApp.StartAsync();
        await using var answer = await RawHttp.GetAsync(
            host.Url("/stores/_inspect"), ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"));
        Assert.Equal((200, "text/html; charset=utf-8"), (answer.Status, answer.Header("Content-Type")));
        Assert.StartsWith("default-src 'none'; script-src 'nonce-", answer.Header("Content-Security-Policy"));
        var page = await answer.ReadTextAsync();
        Assert.DoesNotContain("{nonce}", page);
        Assert.DoesNotContain("http", page);
    }

    [Fact]
    public async Task Stores_UnderTheSamePrefix_AreNotTheInspector()
    {
        await using var host = await InspectedApp.StartAsync();
        await using var answer = await RawHttp.GetAsync(host.Url("/stores/_other"));
        Assert.Equal(404, answer.Status);
    }

    private static JsonElement StoreOf(JsonElement node, string name) =>
        Assert.Single(node.GetProperty("stores").EnumerateArray(), store => store.GetProperty("name").GetString() == name);
}
