using System.Net;
using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;
using static Tornadose.SignalR.Tests.Endpoints.KeyedStoresHost;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>Requests that change the keys of keyed stores, and the resulting state.</summary>
public sealed class KeyedStoreTests
{
    [Fact]
    public async Task Put_ThenGetAndDelete_ChangeOneKey()
    {
        await using var host = await StartAsync();
        using var http = new HttpClient();
        var put = await SendAsync(http, HttpMethod.Put, host.Url("/stores/devices?key=a%2Fb"), """{ "load" : 0.4 }""");
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        var id = JsonElement.Parse(await put.Content.ReadAsStringAsync()).GetProperty("id").GetString();
        Assert.Equal($"\"{id}\"", put.Headers.ETag?.Tag);
        await SendAsync(http, HttpMethod.Put, host.Url("/stores/devices?key=text"), "a \"b\"", "text/plain");

        Assert.Equal(
            """{"store":"devices","entries":{"a/b":{ "load" : 0.4 },"text":"a \"b\""},"id":""",
            (await SnapshotAsync(http, host.Url("/stores/devices"))).Body.Split("\"id\":")[0] + "\"id\":");
        var one = await SnapshotAsync(http, host.Url("/stores/devices?key=a%2Fb"));
        Assert.Contains("""{"a/b":{ "load" : 0.4 }}""", one.Body, StringComparison.Ordinal);
        Assert.Equal($"\"{id}\"", one.ETag);
        Assert.Equal((200, 204, 200, 204), (
            await StatusAsync(http, HttpMethod.Delete, host.Url("/stores/devices?key=text")),
            await StatusAsync(http, HttpMethod.Delete, host.Url("/stores/devices?key=text")),
            await StatusAsync(http, HttpMethod.Delete, host.Url("/stores/devices")),
            await StatusAsync(http, HttpMethod.Delete, host.Url("/stores/devices"))));
        Assert.Contains("\"entries\":{}", (await SnapshotAsync(http, host.Url("/stores/devices"))).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_Conditions_AreMetOrAnsweredBy412()
    {
        await using var host = await StartAsync();
        using var http = new HttpClient();
        var url = host.Url("/stores/devices?key=7");
        Assert.Equal(412, await StatusAsync(http, HttpMethod.Put, url, "1", ifMatch: "*"));
        Assert.Equal(200, await StatusAsync(http, HttpMethod.Put, url, "1", ifNoneMatch: "*"));
        Assert.Equal(412, await StatusAsync(http, HttpMethod.Put, url, "1", ifNoneMatch: "*"));
        var tag = (await SnapshotAsync(http, url)).ETag!;
        Assert.Equal(200, await StatusAsync(http, HttpMethod.Put, url, "2", ifMatch: tag));
        Assert.Equal(412, await StatusAsync(http, HttpMethod.Put, url, "3", ifMatch: tag));
        Assert.Equal(412, await StatusAsync(http, HttpMethod.Delete, url, ifMatch: tag));
        Assert.Equal(400, await StatusAsync(http, HttpMethod.Put, url, "3", ifMatch: "*", ifNoneMatch: "*"));
        Assert.Equal(400, await StatusAsync(http, HttpMethod.Put, url, "3", ifNoneMatch: tag));
        Assert.Equal(400, await StatusAsync(http, HttpMethod.Delete, host.Url("/stores/devices"), ifMatch: "*"));
        Assert.Contains("\"7\":2", (await SnapshotAsync(http, url)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_ThatAreNone_AreRefusedAndChangeNothing()
    {
        await using var host = await StartAsync();
        using var http = new HttpClient();
        Assert.Equal(400, await StatusAsync(http, HttpMethod.Put, host.Url("/stores/devices"), "1"));
        Assert.Equal(400, await StatusAsync(http, HttpMethod.Put, host.Url("/stores/devices?key="), "1"));
        Assert.Equal(400, await StatusAsync(http, HttpMethod.Put, host.Url("/stores/devices?key=a&key=b"), "1"));
        Assert.Equal(400, await StatusAsync(http, HttpMethod.Put, host.Url("/stores/devices?key=a%0A"), "1"));
        Assert.Equal(400, await StatusAsync(http, HttpMethod.Put, host.Url("/stores/devices?key=a"), "{"));
        Assert.Equal(400, await StatusAsync(http, HttpMethod.Post, host.Url("/stores/devices"), "1"));
        Assert.Equal(405, await StatusAsync(http, HttpMethod.Put, host.Url("/stores/orders?key=a"), "1"));
        Assert.Equal(400, await StatusAsync(http, HttpMethod.Get, host.Url("/stores/orders?key=a")));
        Assert.Equal(400, await StatusAsync(http, HttpMethod.Get, host.Url("/stores?store=devices&key=a")));
        Assert.Equal(404, await StatusAsync(http, HttpMethod.Put, host.Url("/stores/none?key=a"), "1"));
        Assert.Equal(200, await StatusAsync(http, HttpMethod.Put, host.Url("/stores/small?key=a"), "1"));
        Assert.Equal(507, await StatusAsync(http, HttpMethod.Put, host.Url("/stores/small?key=b"), "1"));
        Assert.Contains("\"entries\":{}", (await SnapshotAsync(http, host.Url("/stores/devices"))).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeyMaxAge_KeyThatIsNotRenewed_IsRemovedAndReadersAreTold()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await using var host = await StartAsync(clock);
        var store = host.Get<IStoreProvider>().GetKeyedStore<int>("present");
        await store.SetAsync("goes", 1);
        await store.SetAsync("stays", 1);
        using var stop = new CancellationTokenSource();
        await using var reader = ((IKeyedStore)store).ReadAllAsync(StartAt.Now, stop.Token).GetAsyncEnumerator(stop.Token);
        var first = reader.MoveNextAsync().AsTask();
        clock.Advance(TimeSpan.FromSeconds(6));
        await store.SetAsync("stays", 2);
        Assert.True(await first.WaitAsync(TimeSpan.FromSeconds(30), stop.Token));
        Assert.Equal("stays", reader.Current.Key);
        clock.Advance(TimeSpan.FromSeconds(6));

        Assert.True(await reader.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), stop.Token));
        Assert.Equal(("goes", StoreChange.Delete), (reader.Current.Key, reader.Current.Change));
        Assert.Equal("stays", Assert.Single((await store.GetSnapshotAsync(stop.Token)).Messages).Key);
    }

    [Fact]
    public async Task Family_EachStore_HasKeysOfItsOwn()
    {
        await using var host = await StartAsync();
        using var http = new HttpClient();
        await using var lines = await RawLines.OpenAsync(host.Url("/stores/rooms/7"));
        Assert.Equal(["snapshot-start", "snapshot-end"], await WordsAsync(lines, 2));
        Assert.Equal(200, await StatusAsync(http, HttpMethod.Put, host.Url("/stores/rooms/7?key=a"), "1"));
        Assert.Equal(200, await StatusAsync(http, HttpMethod.Put, host.Url("/stores/rooms/8?key=a"), "2"));
        Assert.Equal(200, await StatusAsync(http, HttpMethod.Delete, host.Url("/stores/rooms/7?key=a")));
        Assert.Equal(["1", "delete"], await WordsAsync(lines, 2));
        var store = host.Get<IStoreProvider>().GetKeyedStore<int>("rooms/8");
        Assert.Equal(2, (await store.GetAsync("a"))?.GetValue());
        Assert.Contains("\"entries\":{}", (await SnapshotAsync(http, host.Url("/stores/rooms/7"))).Body, StringComparison.Ordinal);
        Assert.Contains("\"entries\":{\"a\":2}", (await SnapshotAsync(http, host.Url("/stores/rooms/8"))).Body, StringComparison.Ordinal);
    }
}
