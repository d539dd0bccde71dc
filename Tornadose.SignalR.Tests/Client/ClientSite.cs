using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.Hubs;
using Tornadose.SignalR.Tests.Inspection;
using Tornadose.SignalR.Tests.Specifications;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Client;

/// <summary>A site with stores on every wire, behind a link that can be cut, frozen and redirected and outlives its server.</summary>
internal sealed class ClientSite : IAsyncDisposable
{
    /// <summary>All ways to follow a store.</summary>
    public static readonly string[] Wires = ["sse", "websocket", "long-polling", "signalr", "signalr-messagepack"];

    private readonly List<IAsyncDisposable> _clients = [];
    private readonly TimeSpan _retry;
    private readonly Action<StoreOptions>? _orders;
    private SharedBackplane _logs = new();
    private TestHost _host = null!;

    private ClientSite(TimeSpan? retry, Action<StoreOptions>? orders) =>
        (_retry, _orders) = (retry ?? TimeSpan.FromMilliseconds(20), orders);

    public CutProxy Link { get; private set; } = null!;

    public TestHost Host => _host;

    /// <summary>A keyed store that keeps few removals.</summary>
    public IKeyedStore<int> Devices => _host.Get<IStoreProvider>().GetKeyedStore<int>("devices");

    /// <param name="retry">The reconnect delay that the server sends to clients.</param>
    /// <param name="orders">Options of the store <c>orders</c>.</param>
    public static async Task<ClientSite> StartAsync(TimeSpan? retry = null, Action<StoreOptions>? orders = null)
    {
        var site = new ClientSite(retry, orders);
        site._host = await site.StartServerAsync();
        site.Link = CutProxy.Start(site._host.Http1);
        return site;
    }

    /// <summary>A client that connects through the link, and reconnects quickly.</summary>
    public TornadoseClient CreateClient(string wire, Action<TornadoseClientOptions>? configure = null)
    {
        var options = new TornadoseClientOptions
        {
            ReconnectDelay = TimeSpan.FromMilliseconds(10),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(100),
        };
        options.Transport = wire switch
        {
            "sse" => StoreTransport.ServerSentEvents,
            "websocket" => StoreTransport.WebSocket,
            "long-polling" => StoreTransport.LongPolling,
            _ => StoreTransport.SignalR,
        };
        if (options.Transport == StoreTransport.SignalR)
        {
            options.HubConnection = HubClient.Build(new Uri(Link.Url, "/hubs/stores"), Protocol(wire));
            _clients.Add(options.HubConnection);
        }

        configure?.Invoke(options);
        return new TornadoseClient(new Uri(Link.Url, "/stores"), options);
    }

    /// <summary>
    /// Waits until the client follows. A client first polls once to determine where it starts; that poll does not count.
    /// </summary>
    /// <param name="wire">The wire.</param>
    /// <param name="stores">The number of stores; over SignalR each has its own stream.</param>
    public Task UntilFollowedAsync(string wire, int stores = 1)
    {
        var transport = wire.StartsWith("signalr", StringComparison.Ordinal) ? "signalr-stream" : wire;
        var expected = transport == "signalr-stream" ? stores : 1;
        return Eventually.TrueAsync(
            () => Host.Get<SubscriberRegistry>().Subscribers.Count(one => one.Transport == transport && one.Number > 1) == expected,
            what: $"{expected} subscribers of {transport}");
    }

    public IStore Store(string name) => _host.Get<IStoreProvider>().GetStore(name);

    /// <summary>Publishes <c>m1</c>, <c>m2</c>, … to <c>orders</c>.</summary>
    public Task<IReadOnlyList<string>> PublishAsync(int from, int count) => Store("orders").PublishNumberedAsync(count, from);

    public static async Task PublishAsync(IStore store, string data, bool isJson) =>
        await (isJson ? store.PublishAsync(JsonElement.Parse(data)) : store.PublishAsync(data));

    /// <summary>Kills the server; until <see cref="ReviveAsync"/>, connections are refused.</summary>
    public async Task KillAsync()
    {
        Link.Redirect(null);
        await _host.DisposeAsync();
    }

    /// <summary>Starts another server in its place.</summary>
    /// <param name="forgets">Whether its stores start anew, as those in memory do; otherwise they are kept, as in Redis.</param>
    public async Task ReviveAsync(bool forgets = false)
    {
        if (forgets)
            _logs = new SharedBackplane();
        _host = await StartServerAsync();
        Link.Redirect(_host.Http1);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        await Link.DisposeAsync();
        await _host.DisposeAsync();
    }

    private static IHubProtocol? Protocol(string wire) => wire == "signalr" ? null : new MessagePackHubProtocol();

    private Task<TestHost> StartServerAsync() => TestHost.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton<IBackplane>(_logs);
            builder.Services.AddSignalR().AddMessagePackProtocol();
            builder.Services.AddTornadose(options =>
            {
                options.DrainWindow = TimeSpan.Zero;
                (options.RetryMin, options.RetryMax) = (_retry, _retry);
            }).AddQueueStore("orders", store =>
            {
                (store.Capacity, store.MaxBytes) = (8192, 64 << 20);
                _orders?.Invoke(store);
            }).AddQueueStore("notes").AddQueueStore("short", static store => store.Capacity = 2).AddDataStore("weather")
                .AddKeyedStore<int>("devices", static store => store.MaxTombstones = 10);
        },
        static app =>
        {
            app.MapStores("/stores");
            app.MapStoreHub("/hubs/stores");
            app.MapStorePublishing("/stores").AllowAnonymous();
            app.MapStoreInspector("/stores/_inspect").AllowAnonymous();
        });
}
