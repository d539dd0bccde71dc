using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>Several stores on one connection: what each message says about its store and about all of them.</summary>
public sealed class StoreListTests
{
    public static TheoryData<string> Wires => ListClient.Wires;

    [Theory, Case("HTTP-35"), MemberData(nameof(Wires))]
    public async Task Get_SeveralStores_EachMessageNamesItsStoreAndCarriesTheVector(string wire)
    {
        await using var host = await StartAsync();
        await using var client = await ListClient.OpenAsync(host, wire, ["a", "b"]);

        var a1 = await host.PublishAsync("a", "1");
        var first = await client.NextAsync();
        var b1 = await host.PublishAsync("b", "2", new PublishOptions { EventType = "tick" });
        var second = await client.NextAsync();
        await host.Stores.GetStore("a").PublishAsync(new { x = 1 });
        var third = await client.NextAsync();

        Assert.Equal(["a:1", "b/tick:2", """a:{"x":1}"""], [first.Word, second.Word, third.Word]);
        Assert.Equal($"{a1}", first.IdAt(0));
        Assert.Equal(($"{a1}", $"{b1}"), (second.IdAt(0), second.IdAt(1)));
        Assert.Equal(host.Stores.GetStore("a").Position.ToString(), third.IdAt(0));
        Assert.Equal($"{b1}", third.IdAt(1));
    }

    [Theory, Case("HTTP-35", "ST-11"), MemberData(nameof(Wires))]
    public async Task Get_DataAndQueueStore_BeginsWithTheValueAndGoesLive(string wire)
    {
        await using var host = await StartAsync();
        await host.PublishAsync("value", "old");
        await host.PublishAsync("value", "new");
        await host.PublishAsync("a", "before");
        await using var client = await ListClient.OpenAsync(host, wire, ["a", "value"]);

        Assert.Equal("value:new", await client.WordsAsync(1));
        await host.PublishAsync("a", "after");
        Assert.Equal("a:after", await client.WordsAsync(1));
    }

    [Theory, Case("HTTP-35"), InlineData("&from=earliest", "a:1 b:3 a:2"), InlineData("&last=1", "a:2 b:3")]
    public async Task Get_StartInThePast_HoldsForEachStore(string query, string expected)
    {
        await using var host = await StartAsync();
        await host.PublishAsync("a", "1");
        await host.PublishAsync("a", "2");
        await host.PublishAsync("b", "3");

        await using var client = await ListClient.OpenAsync(host, "SSE", ["a", "b"], query: query);

        Assert.Equal(expected, await client.WordsAsync(expected.Split(' ').Length));
        Assert.Equal("live", client.Http.Header("Tornadose-Resume"));
    }

    [Theory, Case("HTTP-35"), MemberData(nameof(Wires))]
    public async Task Get_BareMessage_ComesInItsPlaceWithoutId(string wire)
    {
        await using var host = await StartAsync();
        await using var client = await ListClient.OpenAsync(host, wire, ["a", "b"]);

        await host.PublishAsync("a", "1");
        ((MessageStore)host.Stores.GetStore("a")).Log.AppendWithoutPosition(
            new MessageContent(Encoding.UTF8.GetBytes("bare"), MessageFormat.Text, null));
        await host.PublishAsync("a", "2");

        var messages = await client.TakeAsync(3);
        Assert.Equal("a:1 a:bare a:2", string.Join(' ', messages.Select(message => message.Word)));
        Assert.Equal([false, true, false], messages.Select(message => message.Id is null));
    }

    [Fact, Case("HTTP-35")]
    public async Task Get_StoreNamedTwiceOrAlone_IsCarriedOnceAndNamed()
    {
        await using var host = await StartAsync();
        await using var twice = await ListClient.OpenAsync(host, "JSON lines", ["a", "a"]);
        await using var alone = await ListClient.OpenAsync(host, "JSON lines", ["a"]);

        var id = await host.PublishAsync("a", "1");

        Assert.Equal(new ListMessage("a", null, "1", id), await twice.NextAsync());
        Assert.Equal(new ListMessage("a", null, "1", id), await alone.NextAsync());
    }

    [Fact, Case("HTTP-35")]
    public async Task Get_SnapshotOfAList_HoldsEachWindowAndTheVectorThatContinuesIt()
    {
        await using var host = await StartAsync();
        await host.PublishAsync("a", "1");
        var a2 = await host.PublishAsync("a", "2");
        var value = await host.PublishAsync("value", "v");
        await using var response = await RawHttp.GetAsync(host.List("a", "b", "value"), ("Accept", "application/json"));
        var snapshot = JsonElement.Parse(await response.ReadTextAsync());

        var id = snapshot.GetProperty("id").GetString();
        Assert.Equal($"{a2}-{host.Stores.GetStore("b").Position}-{value}", id);
        Assert.Equal(
            ["a:1,2", "b:", "value:v"],
            snapshot.GetProperty("stores").EnumerateArray()
                .Select(static store => $"{store.GetProperty("store")}:{string.Join(',', Data(store.GetProperty("messages")))}"));
        await host.PublishAsync("b", "3");
        await host.PublishAsync("a", "4");
        await using var client = await ListClient.OpenAsync(host, "SSE", ["a", "b", "value"], id);
        Assert.Equal("a:4 b:3", await client.WordsAsync(2));
        Assert.Equal("resumed", client.Http.Header("Tornadose-Resume"));

        static IEnumerable<JsonElement> Data(JsonElement messages) =>
            messages.EnumerateArray().Select(static message => message.GetProperty("data"));
    }

    private static Task<StoresHost> StartAsync() =>
        StoresHost.StartAsync(stores => stores.AddQueueStore("a").AddQueueStore("b").AddDataStore("value"));
}
