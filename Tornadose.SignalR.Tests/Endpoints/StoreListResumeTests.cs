using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>One id resumes several stores independently.</summary>
public sealed class StoreListResumeTests
{
    private const int Capacity = 3;

    public static TheoryData<string> Wires => ListClient.Wires;

    /// <summary>More stores than the vector holds with full ids.</summary>
    [Fact, Case("HTTP-35")]
    public async Task Resume_TwentyStores_ContinuesEachAfterItsPosition()
    {
        string[] names = [.. Enumerable.Range(0, 20).Select(static number => $"many/{number}")];
        await using var host = await StoresHost.StartAsync(static stores => stores.AddQueueStore("many/{name}"));
        foreach (var name in names)
            await host.PublishAsync(name, "old");
        string id;
        await using (var first = await RawSse.OpenAsync(host.List(names), ("Accept", "text/event-stream")))
        {
            await host.PublishAsync(names[7], "seen");
            id = (await first.NextAsync()).Id!;
        }

        Assert.InRange(id.Length, 20 * 11, 20 * 15);
        await host.PublishAsync(names[3], "missed");
        await using var next = await RawSse.OpenAsync(host.List([.. names.Reverse()]), ("Last-Event-ID", id));
        await host.PublishAsync(names[7], "live");
        var missed = await next.NextAsync();
        var live = await next.NextAsync();
        Assert.Equal(
            [("many/3", "missed"), ("many/7", "live")],
            new[] { missed, live }.Select(static message => (message.Type, message.Data)).Order());
    }

    [Theory, Case("HTTP-16", "HTTP-35"), MemberData(nameof(Wires))]
    public async Task Get_VectorOfAnotherConnection_ContinuesEachStore(string wire)
    {
        await using var host = await StartAsync();
        var vector = await SeenAsync(host, "SSE", "a", "b");
        await host.PublishAsync("a", "2");
        await host.PublishAsync("b", "2");

        await using var client = await ListClient.OpenAsync(host, wire, ["a", "b"], vector);

        Assert.Equal("a:2 b:2", await client.WordsAsync(2));
        Assert.Equal("resumed", client.Http.Header("Tornadose-Resume"));
    }

    [Theory, Case("HTTP-35")]
    [InlineData("a,b,c", "c,b,a", "b:2 a:2"), InlineData("a,b", "b,a", "b:2 a:2"), InlineData("a,b,c", "a", "a:2"),
        InlineData("a,b", "b", "b:2"), InlineData("a,b", "new,b,a", "b:2 a:2")]
    [InlineData("a,b,c", "a,b,c,new", "a:2 b:2"), InlineData("a,b,value", "value,a", "value:2 a:2"),
        InlineData("a,b", "value,a", "value:2 a:2")]
    public async Task Get_StoresReorderedAddedOrRemoved_EachContinuesOrIsNew(string before, string after, string expected)
    {
        await using var host = await StartAsync();
        await host.PublishAsync("new", "before");
        var vector = await SeenAsync(host, "JSON lines", before.Split(','));
        foreach (var store in (string[])["a", "b", "value"])
            await host.PublishAsync(store, "2");

        await using var client = await ListClient.OpenAsync(host, "SSE", after.Split(','), vector);

        Assert.Equal(expected, await client.WordsAsync(expected.Split(' ').Length));
        await host.PublishAsync(after.Split(',')[0], "3");
        Assert.EndsWith(":3", await client.WordsAsync(1), StringComparison.Ordinal);
    }

    /// <summary>R13 of the reports: a client uses this to start one store anew while the others continue.</summary>
    [Theory, Case("HTTP-35"), InlineData("&from=earliest", "a:2 new:1 new:2"), InlineData("&last=1", "a:2 new:2"), InlineData("", "a:2")]
    public async Task Get_StoreThatIsNewToTheVector_BeginsWhereTheRequestSays(string start, string expected)
    {
        await using var host = await StartAsync();
        var vector = await SeenAsync(host, "SSE", "a");
        await host.PublishAsync("a", "2");
        await host.PublishAsync("new", "1");
        await host.PublishAsync("new", "2");

        await using var client = await ListClient.OpenAsync(host, "SSE", ["a", "new"], vector, start);

        Assert.Equal(expected.Split(' ').Order(), (await client.WordsAsync(expected.Split(' ').Length)).Split(' ').Order());
    }

    [Fact, Case("HTTP-14", "HTTP-35")]
    public async Task Get_OneStoreRemovedAndAnotherAdded_TheNewOneIsResetAsItCouldBeTheOldOneAnew()
    {
        await using var host = await StartAsync();
        var vector = await SeenAsync(host, "SSE", "a", "b");
        await host.PublishAsync("a", "2");

        await using var client = await ListClient.OpenAsync(host, "SSE", ["a", "new"], vector);

        Assert.Equal("a:2 new:reset:epoch", await client.WordsAsync(2));
    }

    [Theory, Case("HTTP-35"), MemberData(nameof(Wires))]
    public async Task Get_IdOfOneStore_ContinuesItAndBeginsTheOthers(string wire)
    {
        await using var host = await StartAsync();
        var a1 = await host.PublishAsync("a", "1");
        await host.PublishAsync("a", "2");
        await host.PublishAsync("b", "before");
        await host.PublishAsync("value", "v");

        await using var client = await ListClient.OpenAsync(host, wire, ["b", "a", "value"], a1);

        Assert.Equal("a:2 value:v", await client.WordsAsync(2));
    }

    [Fact, Case("HTTP-35")]
    public async Task Get_OneStoreByAVector_ContinuesIt()
    {
        await using var host = await StartAsync();
        var vector = await SeenAsync(host, "SSE", "a", "b");
        var a2 = await host.PublishAsync("a", "2");

        await using var sse = await RawSse.OpenAsync(host.Url("/stores/a"), ("Last-Event-ID", vector));

        Assert.Equal(new SseEvent("message", "2", a2, a2), await sse.NextAsync());
    }

    [Theory, Case("HTTP-18", "HTTP-35")]
    [InlineData("garbage"), InlineData("-"), InlineData("9f2c4e6a81b3d5f7-1-1a2b3c4d"), InlineData("9f2c4e6a81b3d5f7-1-1a2b3c4d-"),
        InlineData("9f2c4e6a81b3d5f7-1-1a2b3c4d-garbage"), InlineData("0000000000000000-0-00000000")]
    public async Task Get_VectorThatWasNeverIssued_ResetsEachQueueStoreAndGivesTheValue(string vector)
    {
        await using var host = await StartAsync();
        foreach (var store in (string[])["a", "b", "value"])
            await host.PublishAsync(store, "1");

        foreach (var wire in Wires.Select(row => row.Data))
        {
            await using var client = await ListClient.OpenAsync(host, wire, ["a", "b", "value"], vector);
            var messages = await client.TakeAsync(3);

            Assert.Equal(
                "a:reset b:reset value:1",
                string.Join(' ', messages.Select(message => message.IsReset ? $"{message.Store}:reset" : message.Word)));
            Assert.Equal("reset", client.Http.Header("Tornadose-Resume"));
            Assert.Equal(host.Stores.GetStore("b").Position.ToString(), messages[2].IdAt(1));
        }
    }

    [Fact, Case("HTTP-18")]
    public async Task Get_OneStoreByAnIdOfZeros_Resets()
    {
        await using var host = await StartAsync();
        await using var sse = await RawSse.OpenAsync(host.Url("/stores/a"), ("Last-Event-ID", "0000000000000000-0-00000000"));

        Assert.Equal(StoreReset.EventType, (await sse.NextAsync()).Type);
    }

    [Theory, Case("HTTP-13", "HTTP-35"), MemberData(nameof(Wires))]
    public async Task Get_OneStoreHasExpired_IsTheOnlyOneThatIsReset(string wire)
    {
        await using var host = await StartAsync();
        var vector = await SeenAsync(host, wire, "a", "b");
        await host.PublishAsync("b", "2");
        await host.Stores.GetStore("a").PublishAsync("gone");
        for (var i = 0; i < Capacity; i++)
            await host.PublishAsync("a", "kept");

        await using var client = await ListClient.OpenAsync(host, wire, ["a", "b"], vector);
        var messages = await client.TakeAsync(2);

        Assert.Equal("a:reset:expired b:2", string.Join(' ', messages.Select(message => message.Word)));
        Assert.Equal(host.Stores.GetStore("a").Position.ToString(), messages[0].IdAt(0));
        await host.PublishAsync("a", "next");
        Assert.Equal("a:next", await client.WordsAsync(1));
    }

    [Fact, Case("HTTP-13", "HTTP-35")]
    public async Task Get_CutBetweenTwoResets_TheSecondIsSaidAfterTheReconnect()
    {
        await using var host = await StartAsync();
        await host.PublishAsync("c", "1");
        await using var first = await ListClient.OpenAsync(host, "SSE", ["c", "a", "b"], "garbage");
        var resets = await first.TakeAsync(3);

        for (var seen = 0; seen < 2; seen++)
        {
            await using var again = await ListClient.OpenAsync(host, "SSE", ["c", "a", "b"], resets[seen].Id);
            var missing = resets.Skip(seen + 1).Select(message => message.Store).ToArray();
            Assert.Equal(
                missing, (await again.TakeAsync(missing.Length)).Where(message => message.IsReset).Select(message => message.Store));
        }

        await using var last = await ListClient.OpenAsync(host, "SSE", ["c", "a", "b"], resets[2].Id);
        Assert.Equal("resumed", last.Http.Header("Tornadose-Resume"));
    }

    /// <summary>Publishes 1 to each of the stores and returns the id that a client has then.</summary>
    private static async Task<string> SeenAsync(StoresHost host, string wire, params string[] stores)
    {
        await using var client = await ListClient.OpenAsync(host, wire, stores);
        foreach (var store in stores)
            await host.PublishAsync(store, "1");
        await client.TakeAsync(stores.Length);
        return client.LastId!;
    }

    private static Task<StoresHost> StartAsync() => StoresHost.StartAsync(stores =>
    {
        foreach (var name in (string[])["a", "b", "c", "new"])
            stores.AddQueueStore(name, options => options.Capacity = Capacity);
        stores.AddDataStore("value");
    });
}
