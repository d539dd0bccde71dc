using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.Stores;

/// <summary>The stores of this process by name.</summary>
internal sealed class DataStoreProvider : IDataStoreProvider, IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, DataStore> _stores = new(StringComparer.Ordinal);
    private readonly IOptionsMonitor<StoreOptions> _options;
    private readonly IBackplane _backplane;
    private readonly StoreSerializer _serializer;
    private readonly StoreFamilies _families;
    private readonly ITimer _sweep;
    private readonly PublishTelemetry? _telemetry;
    private readonly IDisposable? _changes;

    public DataStoreProvider(
        IEnumerable<StoreDefinition> definitions, IOptionsMonitor<StoreOptions> options, int maxStores, IBackplane backplane, StoreSerializer serializer, TimeProvider time,
        PublishTelemetry? telemetry = null)
    {
        _options = options;
        _backplane = backplane;
        _serializer = serializer;
        _telemetry = telemetry;
        var all = definitions.ToList();
        foreach (var definition in all.Where(static definition => definition.Pattern is null))
            _stores[definition.Name] = Make(definition.Name, definition, lease: null);
        _families = new StoreFamilies([.. all.Where(static definition => definition.Pattern is not null)], maxStores, _stores, (name, family) => Make(name, family, new StoreLease(time, NoteUnused)));
        _sweep = time.CreateTimer(static state => ((DataStoreProvider)state!).Sweep(), this, SweepInterval, SweepInterval);
        _changes = options.OnChange(Resize);
    }

    public IReadOnlyCollection<string> Names => [.. _stores.Keys];

    /// <summary>All stores that there are at the moment.</summary>
    internal IEnumerable<DataStore> All => _stores.Select(static pair => pair.Value);

    public IDataStore GetStore(string name) => Get(name);

    public IDataStore<T> GetStore<T>(string name) => new DataStore<T>(Get(name));

    public bool TryGetStore(string name, [NotNullWhen(true)] out IDataStore? store)
    {
        store = Find(name);
        return store is not null;
    }

    /// <summary>Whether there is a store of this name, or would be once it is asked for.</summary>
    internal bool Knows(string name) => _stores.ContainsKey(name) || _families.Knows(name);

    internal DataStore Get(string name) => Find(name)
        ?? throw new KeyNotFoundException($"There is no store '{name}'. Add it at start: builder.Services.AddTornadose().AddQueueStore(\"{name}\").");

    /// <summary>Finds a store; one of a family is made when it is asked for.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="TooManyStoresException">It would be one too many.</exception>
    internal DataStore? Find(string? name)
    {
        if (name is null)
            return null;
        return _stores.TryGetValue(name, out var store) ? store : _families.Find(name);
    }

    /// <summary>Waits for <see cref="DisposeAsync"/>: <c>using var services = …BuildServiceProvider()</c> knows nothing else.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        _changes?.Dispose();
        _families.Close();
        await _sweep.DisposeAsync().ConfigureAwait(false);
        foreach (var store in _stores.Values)
            await store.DisposeAsync().ConfigureAwait(false);
    }

    private DataStore Make(string name, StoreDefinition definition, StoreLease? lease)
    {
        var options = _options.Get(definition.Name);
        return new DataStore(name, definition.Kind, options, _backplane.Open(name, options.Limits), _serializer)
        {
            OptionsName = definition.Name,
            RouteValues = definition.Pattern?.ValuesOf(name) ?? FrozenDictionary<string, string>.Empty,
            Lease = lease,
            Telemetry = _telemetry,
            Renew = lease is null ? null : _families.Find,
        };
    }

    private void NoteUnused() => _families.NoteUnused();

    private void Sweep()
    {
        foreach (var store in _stores.Values)
        {
            store.Log.TrimExpired();
            if (store.Lease is not null)
                _families.DropIfIdle(store);
        }
    }

    private void Resize(StoreOptions options, string? name)
    {
        foreach (var store in _stores.Values)
            if (store.OptionsName == name)
                store.Log.Limits = options.Limits;
    }
}
