using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>A host whose stores can be reached through every entrance: <c>/stores</c>, publishing, and the hub.</summary>
internal sealed class StoresHost(TestHost host) : IAsyncDisposable
{
    public TestHost Host => host;

    public IStoreProvider Stores => host.Get<IStoreProvider>();

    public static async Task<StoresHost> StartAsync(
        Action<ITornadoseBuilder> add, Action<TornadoseOptions>? configure = null,
        TimeProvider? time = null) => new(await TestHost.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton(time ?? TimeProvider.System);
            add(builder.Services.AddTornadose(options =>
            {
                options.DrainWindow = TimeSpan.Zero;
                (options.RetryMin, options.RetryMax) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20));
                configure?.Invoke(options);
            }));
        },
        app =>
        {
            app.MapStores("/stores");
            app.MapStorePublishing("/stores").AllowAnonymous();
            app.MapStoreHub("/hub");
        }));

    public Uri Url(string path) => host.Url(path);

    /// <summary>The URL of several stores on one connection.</summary>
    public Uri List(params string[] stores) =>
        host.Url($"/stores?{string.Join('&', stores.Select(store => $"store={Uri.EscapeDataString(store)}"))}");

    /// <summary>Publishes in the process; returns the id that every subscriber of this store alone sees.</summary>
    public async Task<string> PublishAsync(string store, string text, PublishOptions? options = null) =>
        (await Stores.GetStore(store).PublishAsync(text, options)).ToString();

    public ValueTask DisposeAsync() => host.DisposeAsync();
}
