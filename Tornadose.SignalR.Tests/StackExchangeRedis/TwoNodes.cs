using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.StackExchangeRedis;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>
/// Two web hosts that share a Redis, and on each an SSE, a WebSocket and a hub client of one store: six subscribers in one ledger.
/// </summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    public const string Store = "orders";
    public const int Capacity = 500;

    /// <summary>A store whose messages are kept for ten minutes.</summary>
    public const string Aging = "aging";

    private readonly List<IAsyncDisposable> _clients = [];
    private readonly List<LedgerSubscriber> _subscribers = [];

    /// <param name="a">The first node.</param>
    /// <param name="b">The second node.</param>
    public TwoNodes(TestHost a, TestHost b) => (A, B, Metrics) = (a, b, MetricsRecorder.Of(a));

    public TestHost A { get; }

    public TestHost B { get; }

    /// <summary>The metrics of the first node.</summary>
    public MetricsRecorder Metrics { get; }

    public Ledger Ledger { get; } = new();

    public IReadOnlyList<LedgerSubscriber> Subscribers => _subscribers;

    /// <param name="connectionA">Where the first node finds Redis, perhaps through a proxy.</param>
    /// <param name="connectionB">Where the second node finds it.</param>
    /// <param name="configure">Options other than those for tests.</param>
    public static async Task<TwoNodes> StartAsync(
        string connectionA, string? connectionB = null, Action<RedisBackplaneOptions>? configure = null) => new(
        await StartNodeAsync(connectionA, configure), await StartNodeAsync(connectionB ?? connectionA, configure));

    public static Task<TestHost> StartNodeAsync(string connection, Action<RedisBackplaneOptions>? configure = null) =>
        StartNodeAsync(TestBackplane.ConfigurationFor(connection), configure);

    /// <param name="connection">Where the node finds Redis.</param>
    /// <param name="configure">Options other than those for tests.</param>
    /// <param name="clock">The node's clock; null for the machine's.</param>
    public static Task<TestHost> StartNodeAsync(
        ConfigurationOptions connection, Action<RedisBackplaneOptions>? configure = null,
        TimeProvider? clock = null) => TestHost.StartAsync(
        builder => builder.Services.AddSingleton(clock ?? TimeProvider.System)
            .AddHealthChecks().AddTornadose().Services.AddTornadose(options => options.DrainWindow = TimeSpan.FromMilliseconds(200))
            .AddQueueStore(Store, options => options.Capacity = Capacity)
            .AddQueueStore(Aging, options => options.MaxAge = TimeSpan.FromMinutes(10))
            .AddDataStore("weather")
            .AddStackExchangeRedis(connection, options =>
            {
                TestBackplane.Quick(options);
                configure?.Invoke(options);
            }),
        app =>
        {
            app.MapStores("/stores");
            app.MapStoreHub("/hubs/stores");
            app.MapStorePublishing("/stores").AllowAnonymous();
            app.MapHealthChecks("/health");
        });

    /// <summary>Connects the six clients.</summary>
    public async Task ConnectAsync()
    {
        foreach (var (host, name) in new[] { (A, "A"), (B, "B") })
        {
            // A reader that arrives while the node still reads the log begins with a reset, and most tests expect none.
            using var loaded = await StoreOf(host).OpenCursorAsync(StartAt.Now).AsTask().WithTimeout();
            _clients.Add(await LedgerClients.SseAsync(host, Store, Subscriber($"{name} SSE")));
            _clients.Add(await LedgerClients.WebSocketAsync(host, Store, Subscriber($"{name} WebSocket")));
            _clients.Add(await LedgerClients.HubAsync(host, Store, Subscriber($"{name} hub")));
        }
    }

    /// <summary>Changes how long a node waits for Redis: short only while a test wants that to fail.</summary>
    public static void SetCommandTimeout(TestHost host, TimeSpan timeout) =>
        host.Get<IOptions<RedisBackplaneOptions>>().Value.CommandTimeout = timeout;

    public IStore StoreOf(TestHost host) => host.Get<IStoreProvider>().GetStore(Store);

    /// <summary>Publishes messages, alternately on both nodes, and returns the last one's position.</summary>
    public async Task<MessagePosition> PublishAsync(int count, string name = "m")
    {
        MessagePosition last = default;
        for (var i = 0; i < count; i++)
            last = await PublishAsync(i % 2 == 0 ? A : B, $"{name} {i}");
        return last;
    }

    /// <summary>Publishes messages on one node, and returns the last one's position.</summary>
    public async Task<MessagePosition> PublishAsync(TestHost host, int count, string name)
    {
        MessagePosition last = default;
        for (var i = 0; i < count; i++)
            last = await PublishAsync(host, $"{name} {i}");
        return last;
    }

    public async Task<MessagePosition> PublishAsync(TestHost host, string text)
    {
        var position = await StoreOf(host).PublishAsync(text).WithTimeout();
        Ledger.Published(position.ToString(), text);
        return position;
    }

    /// <summary>Publishes, and returns null if that was refused; the message may be stored all the same.</summary>
    public async Task<MessagePosition?> TryPublishAsync(TestHost host, string text)
    {
        try
        {
            return await PublishAsync(host, text);
        }
        catch (StoreException)
        {
            Ledger.Uncertain(text);
            return null;
        }
    }

    /// <summary>Waits until both nodes can publish again.</summary>
    public async Task<MessagePosition> HealedAsync()
    {
        MessagePosition? healed = null;
        foreach (var host in new[] { A, B })
            await Eventually.TrueAsync(async () => (healed = await TryPublishAsync(host, "healed")) is not null);
        return healed!.Value;
    }

    /// <summary>Waits until both nodes can publish again; checks that publishes failed and no subscriber has lost anything.</summary>
    /// <param name="before">A position from before the fault, whose epoch must not have changed.</param>
    public async Task HealedWithoutLossAsync(MessagePosition before)
    {
        var healed = await HealedAsync();
        await SettleAsync(await PublishAsync(20, "after"));
        Assert.Equal(before.Epoch, healed.Epoch);
        Assert.All(Resets(), Assert.Empty);
        await FailedAsync<StoreUnavailableException>();
    }

    /// <summary>Waits until both nodes can publish again, and checks that each subscriber got one reset for the rollback.</summary>
    public async Task HealedByRollbackAsync()
    {
        await HealedAsync();
        await SettleAsync(await PublishAsync(20, "after"));
        Assert.All(Resets(), static resets => Assert.Equal("rollback", resets));
        Assert.Equal(3, Metrics.Sum("resets", "reason=rollback"));
    }

    /// <summary>Publishes on both nodes until canceled, and records refused publishes.</summary>
    public Task LoadAsync(CancellationToken stop) => Task.WhenAll(LoadAsync(A, "a", stop), LoadAsync(B, "b", stop));

    /// <summary>Waits until every subscriber has reached a position, and checks the ledger.</summary>
    public async Task SettleAsync(MessagePosition top)
    {
        var id = top.ToString();
        try
        {
            await Eventually.TrueAsync(() => Ledger.HasReached(id), what: $"everybody at {id}");
        }
        catch (TimeoutException)
        {
            Ledger.Check(id);
            throw;
        }

        Ledger.Check(id);
    }

    /// <summary>
    /// Waits until an instrument of the first node has measured a nonzero value: a fault that no metric shows is two faults.
    /// </summary>
    /// <param name="instrument">Its name after <c>tornadose.</c>.</param>
    /// <param name="tags">Tags of the measurement.</param>
    public Task MovedAsync(string instrument, params string[] tags) =>
        Eventually.TrueAsync(() => Metrics.Sum(instrument, tags) > 0, what: $"{instrument} {string.Join(' ', tags)}");

    /// <summary>The same for a publish that failed on the first node.</summary>
    public Task FailedAsync<TException>() => MovedAsync("publish.duration", $"error.type={typeof(TException).FullName}");

    /// <summary>The reasons of the resets that each subscriber saw.</summary>
    public IEnumerable<string> Resets() =>
        _subscribers.Select(subscriber => string.Join(',', subscriber.Records.OfType<ResetRecord>().Select(reset => reset.Reason)));

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        Metrics.Dispose();
        await A.DisposeAsync();
        await B.DisposeAsync();
    }

    private async Task LoadAsync(TestHost host, string name, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            await TryPublishAsync(host, $"{name} {i}");
            await Task.Delay(20, CancellationToken.None); // no reader that stalls for a moment is behind by a window
        }
    }

    private LedgerSubscriber Subscriber(string name)
    {
        var subscriber = Ledger.Subscriber(name, name);
        _subscribers.Add(subscriber);
        return subscriber;
    }
}
