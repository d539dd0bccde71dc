using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Specifications;

/// <summary>
/// Creates the stores that <see cref="StoreSpecification{TFixture}"/> runs on: of either kind, with any options, on one backplane, and
/// with the same services as in an application.
/// </summary>
public abstract class StoreFixture : IAsyncDisposable
{
    private readonly Dictionary<object, OpenStore> _stores = [];

    /// <summary>
    /// The backplane under test. The fixture does not dispose it: override <see cref="DisposeAsync"/> for that, and call the base first.
    /// </summary>
    public abstract IBackplane Backplane { get; }

    /// <summary>
    /// For a backplane that several processes share, the one of another process: keyed stores are read there, and published to here. By
    /// default the same one.
    /// </summary>
    public virtual IBackplane OtherBackplane => Backplane;

    /// <summary>
    /// How many messages the heaviest case publishes, one after the other; the case of a data store publishes ten times as many. Default
    /// 100,000; a backplane that has to wait with each message may return fewer, but at least 100.
    /// </summary>
    public virtual int HeavyLoad => 100_000;

    /// <summary>Closes the stores that are still open.</summary>
    /// <returns>A task that completes when they are closed.</returns>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var store in _stores.Values)
            await store.DisposeAsync();
    }

    /// <summary>Opens a store with a unique name, and follows it: published messages reach its log sooner or later.</summary>
    /// <param name="kind">A data store, or a queue store.</param>
    /// <param name="configure">Its options, except the capacity.</param>
    /// <param name="capacity">Its capacity.</param>
    internal async Task<IStore> OpenAsync(StoreSort kind, Action<StoreOptions>? configure = null, int? capacity = null)
    {
        var open = Make((builder, name) =>
            _ = kind == StoreSort.Data ? builder.AddDataStore(name, configure) : builder.AddQueueStore(name, configure));
        if (capacity is { } messages)
            open.Resize(messages);
        var store = await open.BeginAsync();
        _stores.Add(store, open);
        return store;
    }

    /// <summary>Opens a keyed store with a unique name, and follows it, in each of the processes.</summary>
    /// <param name="configure">Its options.</param>
    /// <returns>The store that is changed, the one that is read, and the one of each process.</returns>
    internal async Task<(IKeyedStore Store, IStore Reading, IReadOnlyList<IStore> All)> OpenKeyedAsync(
        Action<StoreOptions>? configure = null)
    {
        var open = Make((builder, name) => builder.AddKeyedStore(name, configure));
        var store = await open.BeginAsync();
        _stores.Add(store, open);
        if (ReferenceEquals(OtherBackplane, Backplane))
            return (open.Keyed, store, [store]);
        var other = Make((builder, name) => builder.AddKeyedStore(name, configure), open.Name, OtherBackplane);
        var reading = await other.BeginAsync();
        _stores.Add(reading, other);
        return (open.Keyed, reading, [store, reading]);
    }

    private OpenStore Make(Action<ITornadoseBuilder, string> add) => Make(add, $"spec-{Guid.NewGuid():N}", Backplane);

    private static OpenStore Make(Action<ITornadoseBuilder, string> add, string name, IBackplane backplane)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection().Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddSingleton(backplane).AddLogging();
        add(services.AddTornadose(), name);
        return new OpenStore(name, services.BuildServiceProvider(), configuration);
    }

    /// <summary>Changes the capacity while the store is used, as a change of the application's configuration does.</summary>
    internal void Resize(IStore store, int capacity) => _stores[store].Resize(capacity);

    /// <summary>Closes a store, as the end of its application does.</summary>
    internal ValueTask CloseAsync(IStore store) => _stores[store].DisposeAsync();

    private sealed class OpenStore(string name, ServiceProvider services, IConfigurationRoot configuration) : IAsyncDisposable
    {
        private IDisposable? _following;

        public string Name => name;

        public IKeyedStore Keyed => services.GetRequiredKeyedService<IKeyedStore>(name);

        public async Task<IStore> BeginAsync()
        {
            var store = services.GetRequiredKeyedService<IStore>(name);
            _following = await store.FollowAsync().WithTimeout();
            return store;
        }

        public void Resize(int capacity)
        {
            configuration[$"Tornadose:Stores:{name}:Capacity"] = $"{capacity}";
            configuration.Reload();
        }

        public ValueTask DisposeAsync()
        {
            _following?.Dispose();
            return services.DisposeAsync();
        }
    }
}
