using System.Globalization;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>Every entrance refuses the same names and creates nothing for them, although a family accepts any name.</summary>
public sealed class StoreNameEntranceTests
{
    public static IEnumerable<string> Bad => StoreNamesTests.Bad.Select(row => row.Data);

    [Fact, Case("SEC-07", "HTTP-30")]
    public async Task EveryEntrance_BadName_Is404OrAHubExceptionAndMakesNothing()
    {
        await using var host = await StartAsync();
        await using var hub = await HubClient.StartAsync(host.Url("/hub"));
        foreach (var name in Bad.Concat(Bad.Select(name => $"devices/{name}")).Where(name => !Tornadose.SignalR.StoreNames.IsValid(name)))
        {
            var query = $"/stores?store={Uri.EscapeDataString(name)}";
            Assert.Equal(404, await StatusAsync(host.Url(query)));
            Assert.Equal(404, await StatusAsync(host.Url(query), [("Accept", "application/json")]));
            Assert.Equal(404, await StatusAsync(host.Url(query), [.. RawWs.HandshakeHeaders]));
            await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync<string>("Subscribe", name).WithTimeout());
            await Assert.ThrowsAsync<HubException>(() => hub.StreamAsync<object>("Watch", name).ToListAsync().WithTimeout());
        }

        Assert.Empty(host.Stores.Names);
    }

    [Theory, Case("SEC-07", "HTTP-30")]
    [InlineData("_mine"), InlineData("devices/a*"), InlineData("a%20b"), InlineData("devices/a%0Ab"), InlineData("devices/%E4"),
        InlineData("devices/e%CC%81"), InlineData("devices/a%252Fb")]
    [InlineData("devices%2F..%2Fa"), InlineData("devices%2F%2E%2E"), InlineData("devices%2F"), InlineData("%2Fdevices"),
        InlineData("devices%2Fa%2Fb"), InlineData("devices%2F_a%20"), InlineData("devices%2F%2Fa")]
    [InlineData("devices/%7Bid%7D"), InlineData("%2a"), InlineData("devices/a%5Cb"), InlineData("devices/a//b")]
    public async Task Path_BadName_Is404AndMakesNothing(string path)
    {
        await using var host = await StartAsync();

        Assert.Equal(404, await StatusAsync(host.Url($"/stores/{path}")));
        await using var publish = await RawHttp.SendAsync(host.Url($"/stores/{path}"), "POST", body: "x"u8.ToArray());
        Assert.Equal(404, publish.Status);

        Assert.Empty(host.Stores.Names);
    }

    [Theory, Case("HTTP-30"), InlineData("devices%2F7"), InlineData("devices%2f7"), InlineData("devices/7")]
    public async Task Path_EscapedSlash_IsTheStoresOwn(string path)
    {
        await using var host = await StartAsync();
        var id = await host.PublishAsync("devices/7", "x");

        foreach (var wire in new[] { "sse", "ndjson", "websocket" })
        {
            await using var reader = await WireReader.OpenAsync(wire, host.Url($"/stores/{path}?from=earliest"));
            Assert.Equal((id, "x"), (await reader.NextAsync() is var message ? (message.Id, message.Data) : default));
        }

        Assert.Equal(200, await StatusAsync(host.Url($"/stores/{path}"), [("Accept", "application/json")]));
        await using var publish = await RawHttp.SendAsync(host.Url($"/stores/{path}"), "POST", body: "y"u8.ToArray());
        Assert.Equal(200, publish.Status);
        Assert.Equal(["devices/7"], host.Stores.Names);
        Assert.Equal(2, host.Stores.GetStore("devices/7").Position.Offset);
    }

    [Fact, Case("SEC-11")]
    public async Task Requests_ManyRandomNames_KeepTheNumberOfStoresBounded()
    {
        await using var host = await StartAsync(maxStores: 20);
        using var client = new HttpClient { BaseAddress = host.Url("/stores/") };
        var random = new Random(1);

        for (var i = 0; i < 1_000; i++)
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"devices/{random.NextInt64()}"));
            request.Headers.Accept.ParseAdd("application/json");
            using var response = await client.SendAsync(request).WithTimeout();
            Assert.Equal(200, (int)response.StatusCode);
            Assert.InRange(host.Stores.Names.Count, 0, 20);
        }
    }

    [Fact, Case("SEC-11")]
    public async Task EveryEntrance_MoreStoresThanMayBe_IsToldToComeBack()
    {
        await using var host = await StartAsync(maxStores: 1);
        await host.PublishAsync("devices/1", "x");
        await using var hub = await HubClient.StartAsync(host.Url("/hub"));

        Assert.Equal(503, await StatusAsync(host.Url("/stores/devices/2"), [("Accept", "application/x-ndjson")]));
        Assert.Equal(503, await StatusAsync(host.Url("/stores/devices/2"), [("Accept", "application/json")]));
        Assert.Equal(503, await StatusAsync(host.List("devices/1", "devices/2"), [("Accept", "application/x-ndjson")]));
        await using (var stream = await RawSse.OpenAsync(host.Url("/stores/devices/2")))
        {
            Assert.Equal((200, null), (stream.Http.Status, await stream.NextOrEndAsync()));
            Assert.True(stream.ReconnectionTime > 0, "an EventSource must be told to reconnect: an error status closes it for good");
        }

        Assert.Equal(503, await StatusAsync(host.Url("/stores/devices/2"), [.. RawWs.HandshakeHeaders]));
        await using var publish = await RawHttp.SendAsync(host.Url("/stores/devices/2"), "POST", body: "x"u8.ToArray());
        Assert.Equal(503, publish.Status);
        await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync<string>("Subscribe", "devices/2").WithTimeout());
        await Assert.ThrowsAsync<HubException>(() => hub.StreamAsync<object>("Watch", "devices/2").ToListAsync().WithTimeout());
        Assert.Equal(["devices/1"], host.Stores.Names);
    }

    [Theory, Case("SEC-11"), InlineData("text/event-stream", 200), InlineData("application/x-ndjson", 503)]
    public async Task List_OfMoreNewStoresThanMayBe_IsToldToComeBackAndLeavesNothingInUse(string accept, int status)
    {
        await using var host = await StartAsync(maxStores: 2);

        Assert.Equal(status, await StatusAsync(host.List("devices/1", "devices/2", "devices/3"), [("Accept", accept)]));

        await host.PublishAsync("devices/4", "x");
        await host.PublishAsync("devices/5", "x");
        Assert.Equal(["devices/4", "devices/5"], host.Stores.Names.Order(StringComparer.Ordinal));
    }

    private static Task<StoresHost> StartAsync(int maxStores = 10_000) =>
        StoresHost.StartAsync(
            stores => stores.AddQueueStore("{any}").AddQueueStore("devices/{id}"), options => options.MaxStores = maxStores);

    private static async Task<int> StatusAsync(Uri url, params (string Name, string Value)[] headers)
    {
        await using var response = await RawHttp.GetAsync(url, headers);
        return response.Status;
    }
}
