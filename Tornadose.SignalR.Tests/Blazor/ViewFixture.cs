using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Circuits;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Blazor;

/// <summary>An application's stores, and renderers of their views, each in its own scope, as in a browser tab.</summary>
internal sealed class ViewFixture : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public ViewFixture(int capacity = 100, IBackplane? backplane = null, IStoreReaders? readers = null)
    {
        var services = new ServiceCollection().AddLogging()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddSingleton<TimeProvider>(Time);
        services.AddScoped(_ => new ComponentStatePersistenceManager(NullLogger<ComponentStatePersistenceManager>.Instance));
        services.AddScoped(provider => provider.GetRequiredService<ComponentStatePersistenceManager>().State);
        if (backplane is not null)
            services.AddSingleton(backplane);
        var stores = services.AddTornadose().AddQueueStore<int>("numbers", o => o.Capacity = capacity).AddDataStore("weather")
            .AddQueueStore("other");
        services.AddStoreViews();
        if (backplane is null)
            stores.AddKeyedStore<int>("devices", static o => o.MaxTombstones = 3);
        if (readers is not null)
            services.AddSingleton(readers);
        _services = services.BuildServiceProvider();
    }

    public FakeTimeProvider Time { get; } = new();

    public IStore Store(string name = "numbers") => _services.GetRequiredService<IStoreProvider>().GetStore(name);

    /// <summary>A keyed store that keeps few removals.</summary>
    public IKeyedStore<int> Devices => _services.GetRequiredService<IStoreProvider>().GetKeyedStore<int>("devices");

    public async Task PublishAsync(int from, int count)
    {
        for (var number = from; number < from + count; number++)
            await Store().PublishAsync(number);
    }

    /// <summary>A browser tab.</summary>
    /// <param name="interactive">False for a page that is being prerendered.</param>
    /// <param name="state">The state that prerendering left in the page.</param>
    public async Task<Tab<T>> OpenAsync<T>(bool interactive = true, IDictionary<string, byte[]>? state = null)
    {
        var scope = _services.CreateAsyncScope();
        if (state is not null)
            await scope.ServiceProvider.GetRequiredService<ComponentStatePersistenceManager>()
                .RestoreStateAsync(new KeptState { State = state });
        return new Tab<T>(scope, new ViewRenderer<T>(scope.ServiceProvider, interactive));
    }

    /// <summary>Waits for what a view shows, and advances the clock, because pending renders wait for it.</summary>
    public Task UntilAsync<T>(ViewRenderer<T> view, Func<ViewRenderer<T>, bool> shows) => Eventually.TrueAsync(() =>
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        return shows(view);
    });

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    internal sealed record Tab<T>(AsyncServiceScope Scope, ViewRenderer<T> View) : IAsyncDisposable
    {
        public CircuitConnection Circuit => Scope.ServiceProvider.GetRequiredService<CircuitConnection>();

        /// <summary>Restores the state that an enhanced navigation brings with the next page.</summary>
        public Task RestoreAsync(IDictionary<string, byte[]> state) =>
            Scope.ServiceProvider.GetRequiredService<ComponentStatePersistenceManager>()
                .RestoreStateAsync(new KeptState { State = state }, RestoreContext.ValueUpdate);

        public async ValueTask DisposeAsync()
        {
            await View.DisposeAsync();
            await Scope.DisposeAsync();
        }
    }
}
