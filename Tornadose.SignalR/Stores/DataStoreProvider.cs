using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Stores;

/// <summary>The stores of this process by name.</summary>
internal sealed class DataStoreProvider : IDataStoreProvider, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, DataStore> _stores = new(StringComparer.Ordinal);
    private readonly IDisposable? _changes;

    public DataStoreProvider(IEnumerable<StoreDefinition> definitions, IOptionsMonitor<StoreOptions> options, IBackplane backplane, StoreSerializer serializer)
    {
        foreach (var definition in definitions)
        {
            var current = options.Get(definition.Name);
            var channel = backplane.Open(definition.Name, current.Limits);
            _stores[definition.Name] = new DataStore(definition, current, channel, serializer);
        }

        _changes = options.OnChange(Resize);
    }

    public IReadOnlyCollection<string> Names => _stores.Keys.ToArray();

    public IDataStore GetStore(string name) => Get(name);

    public bool TryGetStore(string name, [NotNullWhen(true)] out IDataStore? store)
    {
        store = Find(name);
        return store is not null;
    }

    internal DataStore Get(string name) => Find(name)
        ?? throw new KeyNotFoundException($"There is no store '{name}'. Add it at start: builder.Services.AddTornadose().AddQueueStore(\"{name}\").");

    internal DataStore? Find(string name) => _stores.GetValueOrDefault(name);

    public async ValueTask DisposeAsync()
    {
        _changes?.Dispose();
        foreach (var store in _stores.Values)
            await store.DisposeAsync().ConfigureAwait(false);
    }

    private void Resize(StoreOptions options, string? name)
    {
        if (name is not null && Find(name) is { } store)
            store.Log.Limits = options.Limits;
    }
}
