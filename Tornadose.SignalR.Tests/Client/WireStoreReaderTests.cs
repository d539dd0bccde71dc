using Tornadose.SignalR.Blazor;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Client;

/// <summary>The reader of a view in the browser: a feed that reads over a wire what it reads in process on the server.</summary>
public sealed class WireStoreReaderTests
{
    private const string Shared = "shared ";

    public static TheoryData<string> Wires => [.. ClientSite.Wires, .. Sharing.Select(static wire => Shared + wire)];

    /// <summary>Without SignalR, where all readers share the application's connection in any case.</summary>
    public static TheoryData<string> SharingWires => [.. Sharing];

    private static IEnumerable<string> Sharing =>
        ClientSite.Wires.Where(static wire => !wire.StartsWith("signalr", StringComparison.Ordinal));

    [Theory, MemberData(nameof(Wires))]
    public async Task Feed_OverAWire_GoesOnAfterALostServerAndSaysWhatANewOneHasForgotten(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        using var client = CreateClient(site, wire);
        await site.PublishAsync(1, 2);
        await using var orders = await ShownStore<string>.OpenAsync(client, "orders");
        Assert.Equal(["m1", "m2"], orders.Values);
        await site.PublishAsync(3, 1);
        await orders.ShowsAsync("m1", "m2", "m3");
        await site.KillAsync();
        await site.ReviveAsync();
        await site.PublishAsync(4, 1);
        await orders.ShowsAsync("m1", "m2", "m3", "m4");
        Assert.Equal(0, orders.Context.Resets);
        await site.KillAsync();
        await site.ReviveAsync(forgets: true);
        await site.PublishAsync(5, 1);
        await orders.ShowsAsync("m5");
        Assert.Equal((1, StoreResetReason.Epoch), (orders.Context.Resets, orders.Context.ResetReason));
        await site.PublishAsync(6, 1);
        await orders.ShowsAsync("m5", "m6");
        await site.Store("orders").CompleteAsync();
        await orders.Reading.WithTimeout();
        Assert.True(orders.Feed.IsCompleted);
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task Feed_OfADataStore_ShowsItsValueAlone(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        using var client = CreateClient(site, wire);
        await site.Store("weather").PublishAsync("rain");
        await using var weather = await ShownStore<string>.OpenAsync(client, "weather");
        Assert.Equal(["rain"], weather.Values);
        await site.Store("weather").PublishAsync("sun");
        await weather.ShowsAsync("sun");
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task Feed_OfAKeyedStore_ForgetsKeysThatANewServerDoesNotHave(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        using var client = CreateClient(site, wire);
        await site.Devices.SetAsync("goes", 1);
        await site.Devices.SetAsync("stays", 2);
        await using var devices = await ShownStore<int>.OpenAsync(client, "devices");
        Assert.Equal(["goes", "stays"], devices.Context.Items.Select(static item => item.Key));
        await site.Devices.SetAsync("goes", 3);
        await devices.ShowsAsync(2, 3);
        await site.KillAsync();
        await site.ReviveAsync(forgets: true);
        await site.Devices.SetAsync("stays", 4);
        await devices.ShowsAsync(4);
        await site.Devices.ClearAsync();
        await devices.ShowsAsync();
    }

    [Theory, MemberData(nameof(SharingWires))]
    public async Task Feeds_OnASharedConnection_AreOneSubscriberAndComeAndGoWithoutAGapForTheOthers(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        using var client = CreateClient(site, Shared + wire);
        await using var orders = await ShownStore<string>.OpenAsync(client, "orders");
        await using (var weather = await ShownStore<string>.OpenAsync(client, "weather"))
        {
            await site.PublishAsync(1, 1);
            await site.Store("weather").PublishAsync("rain");
            await orders.ShowsAsync("m1");
            await weather.ShowsAsync("rain");
            await Eventually.TrueAsync(() => Subscribers(site, wire) == 1, what: "one subscriber for two stores");
        }

        await site.PublishAsync(2, 1);
        await using var devices = await ShownStore<int>.OpenAsync(client, "devices");
        await using var again = await ShownStore<string>.OpenAsync(client, "orders");
        await site.Devices.SetAsync("one", 1);
        await site.PublishAsync(3, 1);
        await devices.ShowsAsync(1);
        await orders.ShowsAsync("m1", "m2", "m3");
        await again.ShowsAsync("m1", "m2", "m3");
        Assert.Equal(0, orders.Context.Resets);
    }

    [Theory, MemberData(nameof(SharingWires))]
    public async Task Feeds_OneStoreEndsAndOneIsMissing_OthersOnTheConnectionGoOn(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        using var client = CreateClient(site, Shared + wire);
        await using var orders = await ShownStore<string>.OpenAsync(client, "orders");
        await using var notes = await ShownStore<string>.OpenAsync(client, "notes");
        await site.Store("orders").CompleteAsync();
        await orders.Reading.WithTimeout();
        Assert.True(orders.Feed.IsCompleted);
        await site.Store("notes").PublishAsync("first");
        await notes.ShowsAsync("first");
        var missing = client.GetReader("nowhere").ReadAsync(StoreKind.Queue, notes.Context.Id!, default).GetAsyncEnumerator();
        await Assert.ThrowsAsync<StoreNotFoundException>(() => missing.MoveNextAsync().AsTask().WithTimeout());
        await site.Store("notes").PublishAsync("second");
        await notes.ShowsAsync("first", "second");
        Assert.Equal(0, notes.Context.Resets);
    }

    [Fact]
    public async Task Feed_ServerAway_AsksUntilItIsThere()
    {
        await using var site = await ClientSite.StartAsync();
        using var client = site.CreateClient("sse");
        await site.PublishAsync(1, 1);
        await site.KillAsync();
        var feed = new StoreFeed<string>(client.GetReader("orders"), keep: null, static () => { });
        var loading = feed.LoadAsync(upTo: null, default);
        Assert.False(loading.IsCompleted);
        await site.ReviveAsync();
        await loading.WithTimeout();
        Assert.Equal("m1", feed.Context.Latest?.Value);
    }

    [Fact]
    public async Task Feed_UnknownStore_FailsForGood()
    {
        await using var site = await ClientSite.StartAsync();
        using var client = site.CreateClient("sse");
        var feed = new StoreFeed<string>(client.GetReader("nowhere"), keep: null, static () => { });
        await Assert.ThrowsAsync<StoreNotFoundException>(() => feed.LoadAsync(upTo: null, default).WithTimeout());
    }

    private static TornadoseClient CreateClient(ClientSite site, string wire) => wire.StartsWith(Shared, StringComparison.Ordinal)
        ? site.CreateClient(wire[Shared.Length..], static options => options.ShareConnection = true)
        : site.CreateClient(wire);

    private static int Subscribers(ClientSite site, string wire) =>
        site.Host.Get<SubscriberRegistry>().Subscribers.Count(one => one.Transport == wire);

    /// <summary>A feed that is being read.</summary>
    private sealed class ShownStore<T> : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();

        private ShownStore(TornadoseClient client, string store) => Feed = new(client.GetReader(store), keep: null, static () => { });

        public StoreFeed<T> Feed { get; }

        public Task Reading { get; private set; } = Task.CompletedTask;

        public StoreViewContext<T> Context => Feed.Context;

        public IEnumerable<T> Values => Context.Items.Select(static item => item.Value);

        public static async Task<ShownStore<T>> OpenAsync(TornadoseClient client, string store)
        {
            var shown = new ShownStore<T>(client, store);
            await shown.Feed.LoadAsync(upTo: null, shown._stop.Token).WithTimeout();
            shown.Reading = shown.Feed.ReadAsync(shown._stop.Token);
            return shown;
        }

        public Task ShowsAsync(params T[] values) =>
            Eventually.TrueAsync(() => Values.SequenceEqual(values), what: string.Join(' ', values));

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }
    }
}
