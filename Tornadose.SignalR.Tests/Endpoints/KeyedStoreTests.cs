using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>Keyed stores over HTTP, with real clients.</summary>
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
        Assert.Equal(400, await StatusAsync(http, HttpMethod.Put, host.Url("/stores/orders?key=a"), "1"));
        Assert.Equal(400, await StatusAsync(http, HttpMethod.Get, host.Url("/stores/orders?key=a")));
        Assert.Equal(400, await StatusAsync(http, HttpMethod.Get, host.Url("/stores?store=devices&key=a")));
        Assert.Equal(404, await StatusAsync(http, HttpMethod.Put, host.Url("/stores/none?key=a"), "1"));
        Assert.Equal(200, await StatusAsync(http, HttpMethod.Put, host.Url("/stores/small?key=a"), "1"));
        Assert.Equal(507, await StatusAsync(http, HttpMethod.Put, host.Url("/stores/small?key=b"), "1"));
        Assert.Contains("\"entries\":{}", (await SnapshotAsync(http, host.Url("/stores/devices"))).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EventSource_OneKey_GetsItsChangesAndTheMarks()
    {
        await using var host = await StartAsync();
        var store = host.Get<IStoreProvider>().GetKeyedStore<int>("devices");
        await store.SetAsync("7", 1);
        await store.SetAsync("8", 1);
        await using var client = NodeClient.EventSource(host.Url("/stores/devices?key=7"));
        Assert.Equal(["snapshot-start", "1", "snapshot-end"], await WordsAsync(client, 3));
        await store.SetAsync("8", 2);
        await store.SetAsync("7", 2);
        Assert.Equal(["2"], await WordsAsync(client, 1));
        await store.RemoveAsync("7");
        Assert.Equal(["delete"], await WordsAsync(client, 1));
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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task StateProtocol_RandomChangesCutsAndResumes_BuildsTheSameState(int seed)
    {
        await using var host = await StartAsync();
        var store = host.Get<IStoreProvider>().GetKeyedStore<int>("random");
        await using var client = NodeClient.Start("state.mjs", host.Url("/stores/random"), new { store = "random" });
        var random = new Random(seed);
        var last = await store.SetAsync("first", -1);
        for (var round = 0; round < 20; round++)
        {
            for (var step = 0; step < 100; step++)
                last = await ChangeAsync(store, random, step) ?? last;
            if (random.Next(2) == 0)
            {
                await client.SendAsync(new { cut = true });
                for (var step = 0; step < 40; step++)
                    last = await ChangeAsync(store, random, step) ?? last;
            }

            await client.SendAsync(new { show = $"{last}" });
            var state = await client.NextAsync("state");
            var entries = state.GetProperty("entries").Deserialize<Dictionary<string, int>>()!;
            Assert.Equal(
                (await store.GetEntriesAsync()).Entries.OrderBy(static entry => entry.Key, StringComparer.Ordinal),
                entries.OrderBy(static entry => entry.Key, StringComparer.Ordinal));
            Assert.Equal(0, state.GetProperty("unknown").GetInt32());
        }
    }

    private static async Task<MessagePosition?> ChangeAsync(IKeyedStore<int> store, Random random, int value)
    {
        var key = $"k{random.Next(50)}";
        return random.Next(300) switch
        {
            0 => await store.ClearAsync(),
            < 100 => await store.RemoveAsync(key),
            _ => await store.SetAsync(key, value),
        };
    }

    private static async Task<List<string>> WordsAsync(NodeClient client, int count)
    {
        var words = new List<string>();
        foreach (var line in await client.TakeAsync("message", count))
        {
            var change = JsonElement.Parse(line.GetProperty("data").GetString()!);
            var headers = change.GetProperty("headers");
            words.Add(headers.TryGetProperty("control", out var control) ? control.GetString()!
                : change.TryGetProperty("value", out var value) ? value.GetRawText()
                : headers.GetProperty("operation").GetString()!);
        }

        return words;
    }

    private static async Task<(string Body, string? ETag)> SnapshotAsync(HttpClient http, Uri url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/json"));
        using var response = await http.SendAsync(request);
        return (await response.Content.ReadAsStringAsync(), response.Headers.ETag?.Tag);
    }

    private static async Task<int> StatusAsync(
        HttpClient http, HttpMethod method, Uri url, string? body = null, string? ifMatch = null, string? ifNoneMatch = null) =>
        (int)(await SendAsync(http, method, url, body, "application/json", ifMatch, ifNoneMatch)).StatusCode;

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient http, HttpMethod method, Uri url, string? body, string type = "application/json", string? ifMatch = null,
        string? ifNoneMatch = null)
    {
        using var request = new HttpRequestMessage(method, url)
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, type),
        };
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (ifNoneMatch is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        return await http.SendAsync(request);
    }

    private static Task<TestHost> StartAsync(TimeProvider? time = null) => TestHost.StartAsync(
        builder =>
        {
            if (time is not null)
                builder.Services.AddSingleton(time);
            builder.Services.AddTornadose(static options => options.DrainWindow = TimeSpan.Zero)
                .AddQueueStore("orders")
                .AddKeyedStore<int>("devices")
                .AddKeyedStore<int>("small", static options => options.MaxKeys = 1)
                .AddKeyedStore<int>("random", static options => options.MaxTombstones = 10)
                .AddKeyedStore<int>("present", static options => options.KeyMaxAge = TimeSpan.FromSeconds(10));
        },
        static app =>
        {
            app.MapStores("/stores");
            app.MapStorePublishing("/stores").AllowAnonymous();
        });
}
