using System.Text.Json;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.TestKit;
using static Tornadose.SignalR.Tests.Endpoints.KeyedStoresHost;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>What readers of keyed stores receive: the snapshot, its marks, and the changes.</summary>
public sealed class KeyedStreamTests
{
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

    /// <summary>Regression: the mark of a complete snapshot answered every poll at once, so clients polled without a pause.</summary>
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

    /// <summary>However often a key changes between two batches, a reader gets its newest value once.</summary>
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

    /// <summary>The next messages of a list, each with its store, and the last id.</summary>
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
}
