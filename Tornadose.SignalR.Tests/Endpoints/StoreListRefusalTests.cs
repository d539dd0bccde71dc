using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>Invalid lists of stores.</summary>
public sealed class StoreListRefusalTests
{
    private const int MaxStores = 64;

    [Fact, Case("HTTP-35")]
    public async Task Get_SixtyFourStores_AreCarriedAndTheirVectorResumes()
    {
        await using var host = await StartAsync();
        var names = Enumerable.Range(0, MaxStores).Select(i => $"many/{i}").ToArray();
        await using var client = await ListClient.OpenAsync(host, "SSE", names);
        foreach (var name in names)
            await host.PublishAsync(name, "1");
        var messages = await client.TakeAsync(MaxStores);
        await host.PublishAsync(names[^1], "2");

        var vector = client.LastId!;
        Assert.InRange(vector.Length, 1, 64 * MaxStores);
        Assert.Equal(names.Order(), messages.Select(message => message.Store).Order());
        await using var byHeader = await RawSse.OpenAsync(host.List(names), ("Last-Event-ID", vector));
        Assert.Equal(
            ("many/63", "2"),
            ((await byHeader.NextAsync()).Type, byHeader.Text.Contains("data: 2\n", StringComparison.Ordinal) ? "2" : byHeader.Text));
    }

    [Theory, Case("HTTP-35"), InlineData("text/event-stream"), InlineData("application/x-ndjson"), InlineData("application/json")]
    public async Task Get_SixtyFiveStores_IsRefusedAndMakesNone(string accept)
    {
        await using var host = await StartAsync();

        await using var response = await RawHttp.GetAsync(
            host.List([.. Enumerable.Range(0, MaxStores + 1).Select(i => $"many/{i}")]), ("Accept", accept));

        Assert.Equal(400, response.Status);
        Assert.Equal(["a"], host.Stores.Names);
    }

    [Theory, Case("HTTP-30", "HTTP-35")]
    [InlineData("?store=a&store=unknown"), InlineData("?store=unknown&store=a"), InlineData("?store="), InlineData("?store=a&store="),
        InlineData("?store"), InlineData(""), InlineData("?other=a"), InlineData("?store=a,a")]
    public async Task Get_ListWithAStoreThatIsNone_Is404(string query)
    {
        await using var host = await StartAsync();
        foreach (var headers in ((string, string)[][])[
            [("Accept", "text/event-stream")], [("Accept", "application/x-ndjson")], [("Accept", "application/json")],
            [.. RawWs.HandshakeHeaders]])
        {
            await using var response = await RawHttp.GetAsync(host.Url($"/stores{query}"), headers);
            Assert.Equal(404, response.Status);
        }
    }

    [Fact, Case("HTTP-35", "WS-05")]
    public async Task Upgrade_ListWithBarePayloads_Is400()
    {
        await using var host = await StartAsync();
        (string, string)[] raw = [.. RawWs.HandshakeHeaders, ("Sec-WebSocket-Protocol", "tornadose.raw")];

        await using var list = await RawHttp.GetAsync(host.List("a", "many/1"), raw);
        await using var alone = await RawHttp.GetAsync(host.List("a"), raw);
        await using var path = await RawHttp.GetAsync(host.Url("/stores/a"), raw);

        Assert.Equal((400, 400, 101), (list.Status, alone.Status, path.Status));
    }

    [Theory, Case("HTTP-35"), InlineData("?store=a", 400), InlineData("?store=a&store=many/1", 400), InlineData("", 404)]
    public async Task Post_ToAList_IsRefusedAndPublishesNothing(string query, int status)
    {
        await using var host = await StartAsync();

        await using var response = await RawHttp.SendAsync(host.Url($"/stores{query}"), "POST", body: "x"u8.ToArray());

        Assert.Equal(status, response.Status);
        Assert.Equal(0, host.Stores.GetStore("a").Position.Offset);
    }

    private static Task<StoresHost> StartAsync() => StoresHost.StartAsync(stores => stores.AddQueueStore("a").AddQueueStore("many/{i}"));
}
