using System.Text.Json;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>Makes the stores that <see cref="StoreSpecification{TFixture}"/> is run on: of either kind, with any options, on one backplane.</summary>
public abstract class StoreFixture : IAsyncDisposable
{
    private readonly List<DataStore> _stores = [];
    private readonly List<IDisposable> _followed = [];

    /// <summary>What is specified.</summary>
    public abstract IBackplane Backplane { get; }

    /// <summary>How many messages the heaviest case publishes; a backplane over a network may take fewer.</summary>
    public virtual int HeavyLoad => 100_000;

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var following in _followed)
            following.Dispose();
        foreach (var store in _stores)
            await store.DisposeAsync();
    }

    /// <summary>A store of its own name, which is followed: what was published is in its log sooner or later.</summary>
    internal async Task<DataStore> OpenAsync(StoreKind kind, Action<StoreOptions>? configure)
    {
        var options = new StoreOptions();
        configure?.Invoke(options);
        if (kind == StoreKind.Data)
            (options.Capacity, options.SlowConsumer) = (1, SlowConsumerPolicy.SkipToLatest);
        var name = $"spec-{Guid.NewGuid():N}";
        var store = new DataStore(name, kind, options, Backplane.Open(name, options.Limits), new StoreSerializer(JsonSerializerOptions.Web));
        _stores.Add(store);
        _followed.Add(await store.FollowAsync());
        return store;
    }
}
