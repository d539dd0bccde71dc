using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Client;

/// <summary><c>FollowEntries</c>: the collection of a keyed store in a .NET client.</summary>
public sealed partial class FollowEntriesTests
{
    private const string Marker = "marker";

    public static TheoryData<string> Wires => [.. ClientSite.Wires];

    [Theory, MemberData(nameof(Wires))]
    public async Task Entries_RandomChangesCutsAndOtherServers_AreTheStore(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        await KeyedChanges.ApplyAsync(site.Devices, new Random(0), 100);
        using var client = site.CreateClient(wire);
        var mirror = new Mirror();
        var resets = 0;
        await using var devices = client.FollowEntries<int>(
            "devices", mirror.TakeAsync, told => resets += told.State == StoreSubscriptionState.Live && !told.IsReady ? 1 : 0);
        await devices.WaitUntilReadyAsync().WithTimeout();
        using var reading = new CancellationTokenSource();
        var reader = Task.Run(() => ReadAsync(devices, reading.Token));
        var random = new Random(7);
        for (var round = 1; round <= 12; round++)
        {
            await KeyedChanges.ApplyAsync(site.Devices, random, 60);
            await BreakAsync(site, random, round);
            await AssertSameAsync(site, devices, mirror, round);
        }

        await reading.CancelAsync();
        await reader;
        Assert.True(resets > 0);
    }

    [Fact]
    public async Task Snapshot_AfterAReset_KeepsTheKeysThatAreStillThere()
    {
        await using var site = await ClientSite.StartAsync();
        await site.Devices.SetAsync("stays", 1);
        await site.Devices.SetAsync("goes", 2);
        using var client = site.CreateClient("sse");
        var changes = new ConcurrentQueue<string>();
        await using var devices = client.FollowEntries<int>("devices", (change, _) =>
        {
            changes.Enqueue($"{change.Change} {change.Key} {change.Value}");
            return ValueTask.CompletedTask;
        });
        await devices.WaitUntilReadyAsync().WithTimeout();
        await site.KillAsync();
        await site.ReviveAsync(forgets: true);
        await site.Devices.SetAsync("stays", 3);
        await Eventually.TrueAsync(() => devices.Entries.GetValueOrDefault("stays") == 3 && devices.IsReady);
        await site.Devices.ClearAsync();
        await Eventually.TrueAsync(() => devices.Entries.Count == 0);
        await devices.DisposeAsync();
        // The new server may have been read before the key was set.
        Assert.Equal(["Insert stays 1", "Insert goes 2", "SnapshotEnd  0"], changes.Take(3));
        Assert.Contains("Delete goes 2", changes);
        Assert.Equal("Delete stays 3", changes.Last());
    }

    [Fact]
    public async Task Values_OfAnotherType_AreLeftOut()
    {
        await using var site = await ClientSite.StartAsync();
        IKeyedStore store = site.Devices;
        await store.SetAsync("device", new Device(0.4));
        await store.SetAsync("text", "lathe");
        using var client = site.CreateClient("websocket");
        await using var devices = client.FollowEntries("devices", DeviceJson.Default.Device);
        await devices.WaitUntilReadyAsync().WithTimeout();
        Assert.Equal(new Device(0.4), Assert.Single(devices.Entries).Value);
        await store.SetAsync("text", new Device(0.5));
        await Eventually.TrueAsync(() => devices.Entries.Count == 2);
        await store.SetAsync("text", true);
        await Eventually.TrueAsync(() => devices.Entries.Count == 1);
        Assert.Equal(StoreSubscriptionState.Live, devices.State);
    }

    [Fact]
    public async Task Callback_ThatThrows_DoesNotEndIt()
    {
        await using var site = await ClientSite.StartAsync();
        using var client = site.CreateClient("sse");
        await using var devices = client.FollowEntries<int>("devices", static (_, _) => throw new InvalidOperationException("a bug"));
        await site.Devices.SetAsync("a", 1);
        await Eventually.TrueAsync(() => devices.Entries.GetValueOrDefault("a") == 1);
    }

    [Fact]
    public async Task Store_ThatIsNoKeyedStore_Fails()
    {
        await using var site = await ClientSite.StartAsync();
        await site.PublishAsync(1, 1);
        using var client = site.CreateClient("sse");
        await using var orders = client.FollowEntries<int>("orders");
        await site.Host.UntilSubscribersAsync(1);
        await site.PublishAsync(2, 1);
        var failure = await Assert.ThrowsAnyAsync<StoreException>(() => orders.WaitUntilReadyAsync().WithTimeout());
        Assert.Contains("'orders' is no keyed store", failure.Message, StringComparison.Ordinal);
        Assert.Equal(StoreSubscriptionState.Failed, orders.State);
        Assert.Same(failure, orders.LastError);
    }

    [Fact]
    public async Task Dispose_BeforeTheFirstSnapshot_EndsTheWait()
    {
        await using var site = await ClientSite.StartAsync();
        await site.KillAsync();
        using var client = site.CreateClient("sse");
        var devices = client.FollowEntries<int>("devices");
        var waiting = devices.WaitUntilReadyAsync();
        await devices.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WithTimeout());
        await site.ReviveAsync();
    }

    private static async Task BreakAsync(ClientSite site, Random random, int round)
    {
        if (round == 10)
        {
            await site.KillAsync();
            await site.ReviveAsync(forgets: true);
        }
        else if (round % 3 == 1)
        {
            site.Link.Cut();
        }
        else if (round % 3 == 2)
        {
            site.Link.Redirect(null);
        }

        await KeyedChanges.ApplyAsync(site.Devices, random, 40);
        site.Link.Redirect(site.Host.Http1);
    }

    private static async Task AssertSameAsync(ClientSite site, EntriesSubscription<int> devices, Mirror mirror, int round)
    {
        await site.Devices.SetAsync(Marker, round);
        await Eventually.TrueAsync(() => devices.IsReady && devices.Entries.GetValueOrDefault(Marker) == round);
        var expected = (await site.Devices.GetEntriesAsync()).Entries.OrderBy(static entry => entry.Key, StringComparer.Ordinal);
        Assert.Equal(expected, devices.Entries.OrderBy(static entry => entry.Key, StringComparer.Ordinal));
        await Eventually.TrueAsync(() => mirror.Has(Marker, round));
        Assert.Equal(expected, mirror.Entries.OrderBy(static entry => entry.Key, StringComparer.Ordinal));
    }

    /// <summary>Other threads may read at any time.</summary>
    private static async Task ReadAsync(EntriesSubscription<int> devices, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var entries = devices.Entries;
            Assert.Equal(entries.Count, entries.Select(static entry => entry.Key).Distinct().Count());
            await Task.Delay(1, CancellationToken.None);
        }
    }

    /// <summary>The collection as the callbacks alone describe it.</summary>
    private sealed class Mirror
    {
        private readonly Dictionary<string, int> _entries = new(StringComparer.Ordinal);

        public Dictionary<string, int> Entries
        {
            get
            {
                lock (_entries)
                    return new(_entries);
            }
        }

        public bool Has(string key, int value) => Entries.TryGetValue(key, out var found) && found == value;

        public ValueTask TakeAsync(EntryChange<int> change, CancellationToken cancellationToken)
        {
            lock (_entries)
            {
                if (change.Change == StoreChange.Insert)
                    _entries.Add(change.Key!, change.Value);
                else if (change.Change == StoreChange.Update)
                    _entries[change.Key!] = _entries.ContainsKey(change.Key!) ? change.Value : throw new KeyNotFoundException(change.Key);
                else if (change.Change == StoreChange.Delete && !_entries.Remove(change.Key!))
                    throw new KeyNotFoundException(change.Key);
            }

            return ValueTask.CompletedTask;
        }
    }

    private sealed record Device(double Load);

    [JsonSerializable(typeof(Device))]
    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    private sealed partial class DeviceJson : JsonSerializerContext;
}
