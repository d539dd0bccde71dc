using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.Stores;

/// <summary>The stores of this process by name.</summary>
internal sealed class StoreProvider : IStoreProvider, IAsyncDisposable, IDisposable
{
    /// <summary>
    /// For how long all stores together may take to close: a backplane that hangs must not hold up the end of the process.
    /// </summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, MessageStore> _stores = new(StringComparer.Ordinal);
    private readonly IOptionsMonitor<StoreOptions> _options;
    private readonly IBackplane _backplane;
    private readonly StoreSerializer _serializer;
    private readonly FrozenDictionary<string, StoreKind> _kinds;
    private readonly StoreFamilies _families;
    private readonly StoreSweep _sweep;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly StoreBudget _budget;
    private readonly PublishTelemetry? _telemetry;
    private readonly IDisposable? _changes;
    private readonly IServiceProvider? _services;
    private readonly INodeQuestions? _nodes;
    private int _disposed;

    public StoreProvider(
        IEnumerable<StoreDefinition> definitions, IOptionsMonitor<StoreOptions> options, int maxStores, IBackplane backplane,
        StoreSerializer serializer, TimeProvider time,
        PublishTelemetry? telemetry = null, ILogger? logger = null, int? maxStoresPerUser = null, long maxBytes = long.MaxValue,
        IServiceProvider? services = null, INodeQuestions? nodes = null)
    {
        (_services, _nodes) = (services, nodes);
        nodes?.Answer(StoreSubscribers.Subject, name => new(CountSubscribers(name)));
        _time = time;
        _logger = logger ?? NullLogger.Instance;
        _options = options;
        _backplane = backplane;
        _serializer = serializer;
        _telemetry = telemetry;
        _budget = new StoreBudget(maxBytes, () => All);
        var all = definitions.ToList();
        if (!backplane.KeepsKeyedStores && all.Find(static definition => definition.Kind == StoreKind.Keyed) is { } keyed)
            throw new NotSupportedException($"'{keyed.Name}' is a keyed store, and {backplane.GetType().Name} keeps none.");
        _kinds = all.ToFrozenDictionary(static definition => definition.Name, static definition => definition.Kind);
        foreach (var definition in all.Where(static definition => definition.Pattern is null))
            _stores[definition.Name] = Make(definition.Name, definition, lease: null);
        _families = new StoreFamilies(
            [.. all.Where(static definition => definition.Pattern is not null)], maxStores, maxStoresPerUser, _stores,
            (name, family) => Make(name, family, new StoreLease(time, NoteUnused)), Close);
        _sweep = new StoreSweep(_stores, _families, _budget, time, _logger);
        _changes = options.OnChange(TakeOver);
    }

    public IReadOnlyCollection<string> Names => [.. _stores.Keys];

    /// <summary>Whether the application has any store, or family of stores, whose messages have keys.</summary>
    internal bool HasKeyedStores => _kinds.Values.Contains(StoreKind.Keyed);

    /// <summary>All stores that there are at the moment.</summary>
    internal IEnumerable<MessageStore> All => _stores.Select(static pair => pair.Value);

    public IStore GetStore(string name) => Get(name);

    public IStore<T> GetStore<T>(string name) => new TypedStore<T>(Get(name));

    public IKeyedStore GetKeyedStore(string name) => new KeyedStore<object>(Get(name));

    public IKeyedStore<T> GetKeyedStore<T>(string name) => new KeyedStore<T>(Get(name));

    public bool TryGetStore(string name, [NotNullWhen(true)] out IStore? store)
    {
        store = Find(name);
        return store is not null;
    }

    /// <summary>Whether there is a store of this name, or would be once it is asked for.</summary>
    internal bool Knows(string name) => _stores.ContainsKey(name) || _families.Knows(name);

    /// <summary>Whether the application has declared a store by this name, so that it is not one of a family.</summary>
    internal bool IsDeclared(string name) => _stores.TryGetValue(name, out var store) && store.Lease is null;

    /// <summary>The limits of a store, or of the one that would be made if it were asked for; null if there would be none.</summary>
    internal MessageLogLimits? LimitsOf(string name) =>
        (_stores.TryGetValue(name, out var store) ? store.OptionsName : _families.OptionsNameOf(name)) is { } options
            ? _options.Get(options).ToLimits(_kinds[options], isOfFamily: StorePattern.IsPattern(options))
            : null;

    internal MessageStore Get(string name) => Find(name)
        ?? throw new StoreNotFoundException(name);

    /// <summary>Finds a store; one of a family is made when it is asked for.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="TooManyStoresException">A new store would exceed the limit.</exception>
    internal MessageStore? Find(string? name) => Find(name, static () => null);

    /// <summary>The same for a client, toward whose limit a new store counts.</summary>
    /// <param name="name">The name.</param>
    /// <param name="client">Gives the client, or null for none; called only if a store is made.</param>
    /// <exception cref="TooManyStoresException">A new store would exceed the limit of all, or that of the client.</exception>
    internal MessageStore? Find(string? name, Func<string?> client)
    {
        if (name is null)
            return null;
        return _stores.TryGetValue(name, out var store) ? store : _families.Find(name, client);
    }

    /// <summary>
    /// Waits for <see cref="DisposeAsync"/>: <c>using var services = …BuildServiceProvider()</c> calls only this method.
    /// </summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return; // registered under two types, so the container disposes of it twice
        _changes?.Dispose();
        _families.Close();
        await _sweep.DisposeAsync().ConfigureAwait(false);
        var open = _stores.Values.ToList();
        var closing = open.ConvertAll(CloseAsync);
        await Task.WhenAll(closing).WaitAsync(CloseTimeout, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        for (var index = 0; index < open.Count; index++)
            if (!closing[index].IsCompleted)
                _logger.StoreCloseTimedOut(open[index].Name);
    }

    private void Close(MessageStore store) => _ = CloseAsync(store);

    /// <summary>Never fails: a backplane of the application's own may throw, even before it returns a task.</summary>
    private async Task CloseAsync(MessageStore store)
    {
        try
        {
            await store.CloseAsync().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            _logger.StoreCloseFailed(failure, store.Name);
        }
    }

    private MessageStore Make(string name, StoreDefinition definition, StoreLease? lease)
    {
        var options = _options.Get(definition.Name);
        MessageStore? made = null;
        made = new MessageStore(
            name, definition.Kind, options, _backplane.Open(name, options.ToLimits(definition.Kind, lease is not null)), _serializer)
        {
            OptionsName = definition.Name,
            RouteValues = definition.Pattern?.ValuesOf(name) ?? FrozenDictionary<string, string>.Empty,
            Lease = lease,
            Telemetry = _telemetry,
            Budget = lease is null ? null : _budget,
            Renew = lease is null ? null : name => _families.Find(name, static () => null),
            Readers = new StoreSubscribers(name, () => made?.Options.SubscriberGrace ?? options.SubscriberGrace, _time, _nodes),
        };
        if (definition.Producer is { } produce && _services is { } services)
            made.Producer = new StoreProducer(made, (store, stop) => produce(services, store, stop), _time, _logger);
        return made;
    }

    private string CountSubscribers(string name) =>
        _stores.TryGetValue(name, out var store) ? store.Readers.Count.ToString(CultureInfo.InvariantCulture) : "";

    private void NoteUnused() => _families.NoteUnused();

    private void TakeOver(StoreOptions options, string? name)
    {
        foreach (var store in _stores.Values)
            if (store.OptionsName == name)
                (store.Options, store.Log.Limits) = (options, options.ToLimits(store.Kind, store.Lease is not null));
    }
}
