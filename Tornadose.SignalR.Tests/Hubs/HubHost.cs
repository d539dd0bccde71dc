using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Hubs;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>
/// A host with a hub, its stores <c>orders</c> (queue) and <c>weather</c> (data), and a binary hub protocol besides JSON.
/// </summary>
internal sealed class HubHost : IAsyncDisposable
{
    public const string Path = "/hubs/stores";

    private int _disconnected;

    public TestHost Host { get; private set; } = null!;

    /// <summary>The server's own instance of the binary protocol.</summary>
    public CountingMessagePack Binary { get; } = new();

    /// <summary>The number of connections that the server has finished with.</summary>
    public int Disconnected => Volatile.Read(ref _disconnected);

    public Uri Url => Host.Url(Path);

    public IStore Orders => Store("orders");

    public SubscriberRegistry Registry => Host.Get<SubscriberRegistry>();

    public HubLifetimeManager<StoreHub> Manager => Host.Get<HubLifetimeManager<StoreHub>>();

    /// <summary>The hub's groups and clients, as any part of the application sees them.</summary>
    public IHubContext<StoreHub> Context => Host.Get<IHubContext<StoreHub>>();

    public static async Task<HubHost> StartAsync(
        Action<WebApplicationBuilder>? build = null, Action<ITornadoseBuilder>? stores = null, Action<WebApplication>? map = null,
        Action<StoreOptions>? orders = null)
    {
        var host = new HubHost();
        host.Host = await TestHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<IHubProtocol>(host.Binary);
                builder.Services.AddSignalR(options => options.AddFilter(new ConnectionFilter(host)));
                build?.Invoke(builder);
                var tornadose = builder.Services.AddTornadose(
                    options => options.DrainWindow = TimeSpan.Zero).AddQueueStore("orders", orders).AddDataStore("weather");
                stores?.Invoke(tornadose);
            },
            map ?? (app =>
            {
                app.MapStores("/stores");
                app.MapStoreHub(Path);
            }));
        return host;
    }

    public IStore Store(string name) => Host.Get<IStoreProvider>().GetStore(name);

    public Task<MessagePosition> PublishAsync(string text) => Orders.PublishAsync(text).WithTimeout();

    public async Task<IReadOnlyList<string>> PublishAsync(int first, int count)
    {
        var ids = new List<string>(count);
        for (var number = first; number < first + count; number++)
            ids.Add((await PublishAsync($"{number}")).ToString());
        return ids;
    }

    public Task<HubSubscriber> ConnectAsync(bool binary = false, LedgerSubscriber? ledger = null) =>
        HubSubscriber.StartAsync(Url, binary ? new MessagePackHubProtocol() : null, ledger);

    /// <summary>A client that is subscribed to a store.</summary>
    public async Task<HubSubscriber> SubscribeAsync(string store = "orders", string? after = null, bool binary = false)
    {
        var client = await ConnectAsync(binary);
        await client.SubscribeAsync(store, after);
        return client;
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    /// <summary>
    /// Answers a client that asks for its connection's id by a name that no store can have, and counts the disconnected ones.
    /// </summary>
    private sealed class ConnectionFilter(HubHost host) : IHubFilter
    {
        public async ValueTask<object?> InvokeMethodAsync(
            HubInvocationContext invocation, Func<HubInvocationContext, ValueTask<object?>> next)
        {
            if (invocation.HubMethodArguments is [HubSubscriber.AskForId])
                await invocation.Hub.Clients.Caller.SendAsync("Connected", invocation.Context.ConnectionId);
            return await next(invocation);
        }

        public Task OnDisconnectedAsync(HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
        {
            Interlocked.Increment(ref host._disconnected);
            return next(context, exception);
        }
    }
}
