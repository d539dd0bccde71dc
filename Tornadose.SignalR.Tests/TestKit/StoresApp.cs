using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>
/// An application with the queue store <c>orders</c> and the data store <c>weather</c> under <c>/stores</c>; anyone may read and publish.
/// </summary>
internal static class StoresApp
{
    public static Task<TestHost> StartAsync(
        Action<StoreOptions>? orders = null, Action<TornadoseOptions>? options = null, Action<WebApplicationBuilder>? build = null,
        Action<WebApplication>? before = null, Action<IEndpointConventionBuilder>? stores = null) => TestHost.StartAsync(
        builder =>
        {
            build?.Invoke(builder);
            builder.Services.AddTornadose(all =>
            {
                all.DrainWindow = TimeSpan.Zero;
                options?.Invoke(all);
            }).AddQueueStore("orders", orders).AddDataStore("weather");
        },
        app =>
        {
            before?.Invoke(app);
            var mapped = app.MapStores("/stores");
            stores?.Invoke(mapped);
            app.MapStorePublishing("/stores").AllowAnonymous();
        });

    /// <summary>The same with a clock that stands still.</summary>
    public static Task<TestHost> StartAsync(
        TimeProvider clock, Action<StoreOptions>? orders = null, Action<TornadoseOptions>? options = null) =>
        StartAsync(orders, options, builder => builder.Services.AddSingleton(clock));

    public static Uri Orders(this TestHost host, string query = "") => host.Url($"/stores/orders{query}");

    public static IStore OrdersStore(this TestHost host) => host.Get<IStoreProvider>().GetStore("orders");

    public static IStore WeatherStore(this TestHost host) => host.Get<IStoreProvider>().GetStore("weather");

    public static int Subscribers(this TestHost host) => host.Get<SubscriberRegistry>().Count;

    /// <summary>
    /// Waits until so many permits are in use, and as many subscribers have opened their cursors: the permits come first.
    /// </summary>
    public static Task UntilSubscribersAsync(this TestHost host, int count)
    {
        var registry = host.Get<SubscriberRegistry>();
        return Eventually.TrueAsync(
            () => registry.Count == count && registry.Subscribers.Count() == count, what: $"{count} subscribers");
    }

    /// <summary>Waits until no subscriber is served, so that all have noted what they sent, and when.</summary>
    public static Task UntilIdleAsync(this TestHost host) =>
        Eventually.TrueAsync(() => !host.Get<StoreProvider>().All.Any(static store => store.Log.Signal.Busy.Any()));

    /// <summary>Publishes <c>m1</c>, <c>m2</c>, …; returns the ids.</summary>
    public static async Task<IReadOnlyList<string>> PublishNumberedAsync(this IStore store, int count, int from = 1)
    {
        var ids = new List<string>();
        for (var number = from; number < from + count; number++)
            ids.Add((await store.PublishAsync($"m{number}")).ToString());
        return ids;
    }
}
