using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Delivery;
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
        Assert.Equal(405, await StatusAsync(http, HttpMethod.Put, host.Url("/stores/orders?key=a"), "1"));
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

    [Fact]
    public async Task List_WithAKeyedStore_GivesItsKeysAndResumesAllByOneId()
    {
        await using var host = await StartAsync();
        using var http = new HttpClient();
        var devices = host.Get<IStoreProvider>().GetKeyedStore<int>("devices");
        var orders = host.Get<IStoreProvider>().GetStore("orders");
        await devices.SetAsync("a", 1);
        await orders.PublishAsync("o1");
        var url = host.Url("/stores?store=orders&store=devices");
        Assert.Matches(
            """{"stores":\[{"store":"orders","messages":\[{.*"o1"}\],"id":"[^"]+"},{"store":"devices","entries":{"a":1},"id":""",
            (await SnapshotAsync(http, url)).Body);
        await using var lines = await RawLines.OpenAsync(url);
        Assert.Equal(["devices snapshot-start", "devices 1", "devices snapshot-end"], (await NamedAsync(lines, 3)).Words);
        await devices.SetAsync("b", 2);
        var (words, last) = await NamedAsync(lines, 1);
        Assert.Equal(["devices 2"], words);
        await orders.PublishAsync("o2");
        (words, last) = await NamedAsync(lines, 1);
        Assert.Equal(["orders o2"], words);

        await devices.RemoveAsync("a");
        await devices.SetAsync("b", 3);
        await orders.PublishAsync("o3");
        await using var resumed = await RawLines.OpenAsync(new Uri($"{url}&after={last}"));
        (words, _) = await NamedAsync(resumed, 4);
        Assert.Equal(["devices delete", "devices 3", "devices snapshot-end"], words.Where(static word => word[0] == 'd'));
        Assert.Contains("orders o3", words);
    }

    /// <summary>The mark of a complete snapshot answered every poll at once, so that clients polled without a pause.</summary>
    [Theory]
    [InlineData("/stores/devices?")]
    [InlineData("/stores?store=devices&store=orders&")]
    public async Task LongPolling_AfterTheNewestId_WaitsForAChange(string path)
    {
        await using var host = await StartAsync();
        using var http = new HttpClient();
        var store = host.Get<IStoreProvider>().GetKeyedStore<int>("devices");
        await store.SetAsync("a", 1);
        var (words, id) = await PollAsync(http, host.Url($"{path}wait=0"));
        Assert.Equal(["snapshot-start", "1", "snapshot-end"], words);
        var waiting = PollAsync(http, host.Url($"{path}wait=60s&after={id}"));
        await Eventually.TrueAsync(() => host.Get<SubscriberRegistry>().Subscribers.Any(), what: "a poll that waits");
        await store.SetAsync("a", 2);
        (words, id) = await waiting.WithTimeout();
        Assert.Equal(["2"], words);
        await store.SetAsync("a", 3);
        Assert.Equal(["3", "snapshot-end"], (await PollAsync(http, host.Url($"{path}wait=60s&after={id}")).WithTimeout()).Words);
    }

    [Fact]
    public async Task LongPolling_SnapshotThatFillsABatch_HasItsMarkAllTheSame()
    {
        await using var host = await StartAsync();
        using var http = new HttpClient();
        IKeyedStore store = host.Get<IStoreProvider>().GetKeyedStore<int>("devices");
        await store.SetAsync("large", new string('x', 40_000));
        var (words, _) = await PollAsync(http, host.Url("/stores/devices?wait=60s")).WithTimeout();
        Assert.Equal(["snapshot-start", "snapshot-end"], [words[0], words[^1]]);
    }

    /// <summary>Between two batches a key changes as often as it likes: what comes is its newest value, once.</summary>
    [Theory]
    [InlineData("sse")]
    [InlineData("ndjson")]
    [InlineData("websocket")]
    public async Task Every_ManyChangesInTheTime_GivesEachKeyOnceWithItsNewestValue(string wire)
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await using var host = await StartAsync(clock);
        var store = host.Get<IStoreProvider>().GetKeyedStore<int>("devices");
        await store.SetAsync("a", 1);
        await using var reader = await WireReader.OpenAsync(wire, host.Url("/stores/devices?every=5s"));
        Assert.Equal(["snapshot-start", "1", "snapshot-end"], (await reader.TakeAsync(3)).Select(WordOf));
        for (var value = 2; value < 10; value++)
        {
            await store.SetAsync("a", value);
            await store.SetAsync("b", value);
        }

        await store.SetAsync("c", 1);
        await store.RemoveAsync("c");
        await store.SetAsync("a", 10);
        var next = reader.TakeAsync(3);
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(500));
            return next.IsCompleted;
        });
        Assert.Equal(["9", "delete", "10"], (await next).Select(WordOf));
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

    private static async Task<(List<string> Words, string? Id)> PollAsync(HttpClient http, Uri url)
    {
        var answer = JsonElement.Parse((await SnapshotAsync(http, url)).Body);
        return (
            [.. answer.GetProperty("messages").EnumerateArray().Select(static message => WordOf(message.GetProperty("data")))],
            answer.GetProperty("id").GetString());
    }

    private static async Task<List<string>> WordsAsync(NodeClient client, int count) =>
        [.. (await client.TakeAsync("message", count)).Select(
            static line => WordOf(JsonElement.Parse(line.GetProperty("data").GetString()!)))];

    private static async Task<List<string>> WordsAsync(RawLines lines, int count)
    {
        var words = new List<string>();
        while (words.Count < count)
            words.Add(WordOf((await lines.NextObjectAsync()).GetProperty("data")));
        return words;
    }

    /// <summary>What comes of a list, each with its store, and the last id.</summary>
    private static async Task<(List<string> Words, string? LastId)> NamedAsync(RawLines lines, int count)
    {
        var words = new List<string>();
        string? last = null;
        while (words.Count < count)
        {
            var line = await lines.NextObjectAsync();
            last = line.GetProperty("id").GetString();
            words.Add($"{line.GetProperty("store").GetString()} {WordOf(line.GetProperty("data"))}");
        }

        return (words, last);
    }

    private static string WordOf(WireMessage message) => WordOf(JsonElement.Parse(message.Data));

    /// <summary>The control, the value, or the removal that a message is; text of any other store as it is.</summary>
    private static string WordOf(JsonElement change)
    {
        if (change.ValueKind == JsonValueKind.String)
            return change.GetString()!;
        var headers = change.GetProperty("headers");
        return headers.TryGetProperty("control", out var control) ? control.GetString()!
            : change.TryGetProperty("value", out var value) ? value.GetRawText()
            : headers.GetProperty("operation").GetString()!;
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
                .AddKeyedStore<int>("rooms/{id}")
                .AddKeyedStore<int>("present", static options => options.KeyMaxAge = TimeSpan.FromSeconds(10));
        },
        static app =>
        {
            app.MapStores("/stores");
            app.MapStorePublishing("/stores").AllowAnonymous();
        });
}
