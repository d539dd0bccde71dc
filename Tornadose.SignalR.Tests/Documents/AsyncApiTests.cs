using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Inspection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Documents;

/// <summary>Checks <c>docs/asyncapi.yaml</c> against what the wires actually carry.</summary>
public sealed class AsyncApiTests
{
    [Fact]
    public async Task Schemas_OfEveryMessage_AllowWhatTheWiresCarry() => Assert.Empty(await CheckAsync(await CollectAsync()));

    [Theory]
    [InlineData("message", """{"id":"a-1","data":1,"extra":true}""")]
    [InlineData("message", """{"id":"a b","data":1}""")]
    [InlineData("reset", """{"reset":{"reason":"other","id":"a"}}""")]
    [InlineData("messageOfSeveral", """{"id":"a-1","data":1}""")]
    [InlineData("change", """{"id":"a-1","data":{"type":"devices","key":"7","headers":{"operation":"insert"}}}""")]
    [InlineData("change", """{"id":"a-1","data":{"type":"devices","key":"7","value":1,"headers":{"operation":"delete"}}}""")]
    [InlineData("control", """{"id":"a-1","data":{"headers":{"control":"other","offset":"a-1"}}}""")]
    public async Task Schemas_OfOtherThings_DoNot(string name, string json) =>
        Assert.Single(await CheckAsync([.. await CollectAsync(), (name, json)]));

    private static async Task<List<(string Name, string Json)>> CollectAsync()
    {
        await using var host = await InspectedApp.StartAsync(static stores => stores.AddKeyedStore<int>("devices"));
        await using var lines = await RawLines.OpenAsync(host.Orders("?after=garbage"));
        await using var several = await RawLines.OpenAsync(host.Url("/stores?store=orders&store=weather&after=garbage"));
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await using var events = await RawSse.OpenAsync(host.Orders("?after=garbage"));
        await host.UntilSubscribersAsync(4);
        await host.OrdersStore().PublishAsync("text\n\u2028");
        await host.OrdersStore().PublishAsync(new { Json = new[] { 1.5, 2 } }, new PublishOptions { EventType = "placed" });
        await host.WeatherStore().PublishAsync(21);
        List<(string, string)> collected =
        [
            ("reset", await lines.NextAsync()), ("message", await lines.NextAsync()), ("message", await lines.NextAsync()),
            ("reset", await several.NextAsync()), ("reset", await several.NextAsync()),
            ("messageOfSeveral", await several.NextAsync()),
            ("messageOfSeveral", await several.NextAsync()), ("messageOfSeveral", await several.NextAsync()),
            ("message", await socket.NextTextAsync()), ("message", await socket.NextTextAsync()),
            ("reset", $$"""{"reset":{{(await events.NextAsync()).Data}}}"""),
        ];
        await Eventually.TrueAsync(async () => (await host.InspectNodeAsync()).GetProperty("subscriberCount").GetInt32() == 4);
        foreach (var subscriber in (await host.InspectNodeAsync()).GetProperty("subscribers").EnumerateArray())
            await host.DismissAsync(subscriber.GetProperty("id").GetString()!);
        await events.TakeAsync(2);
        await using var ended = await RawLines.OpenAsync(host.Url("/stores?store=weather"));
        await using var endedAlone = await RawLines.OpenAsync(host.Url("/stores/weather"));
        await ended.NextAsync();
        await endedAlone.NextAsync();
        await host.WeatherStore().CompleteAsync();
        return [
            .. collected, .. await CollectKeyedAsync(host), ("end", await ended.NextAsync()), ("end", await endedAlone.NextAsync()),
            ("closed", await lines.NextAsync()), ("closed", await several.NextAsync()),
            ("closed", $$"""{"closed":{{(await events.NextAsync()).Data}}}""")];
    }

    private static async Task<List<(string Name, string Json)>> CollectKeyedAsync(TestHost host)
    {
        var store = host.Get<IStoreProvider>().GetKeyedStore<int>("devices");
        await store.SetAsync("7", 1);
        await using var lines = await RawLines.OpenAsync(host.Url("/stores/devices"));
        await using var several = await RawLines.OpenAsync(host.Url("/stores?store=orders&store=devices"));
        var collected = new List<(string, string)>();
        await TakeAsync("control");
        await TakeAsync("change");
        await TakeAsync("control");
        await store.SetAsync("7", 2);
        await TakeAsync("change");
        await store.RemoveAsync("7");
        await TakeAsync("change");
        await store.SetAsync("8", 1);
        await TakeAsync("change");
        await store.ClearAsync();
        await TakeAsync("control");
        return collected;

        async Task TakeAsync(string name)
        {
            collected.Add((name, await lines.NextAsync()));
            collected.Add(($"{name}OfSeveral", await several.NextAsync()));
        }
    }

    private static async Task<IReadOnlyList<string>> CheckAsync(List<(string Name, string Json)> messages)
    {
        await using var node = NodeClient.Start(
            "asyncapi.mjs", null,
            new
            {
                file = Repository.File("docs/asyncapi.yaml"),
                messages = messages.Select(message => new[] { message.Name, message.Json }),
            });
        var errors = new List<string>();
        JsonElement line;
        while ((line = await node.NextAsync()).GetProperty("type").GetString() == "error")
            errors.Add(line.GetProperty("message").GetString()!);
        Assert.Equal(line.GetProperty("all").GetInt32(), line.GetProperty("schemas").GetInt32());
        return errors;
    }
}
