using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tornadose.SignalR;
using Tornadose.SignalR.Blazor;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Shows stores in Blazor pages.</summary>
public static class StoreViewServiceCollectionExtensions
{
    /// <summary>
    /// Adds what <see cref="StoreView{T}"/> needs, on the server and in WebAssembly alike. The stores are added separately: on the server
    /// by <c>AddTornadose()</c>, in WebAssembly by <c>AddTornadoseClient(…)</c>. Calling it again changes nothing.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddStoreViews(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(TimeProvider.System);
        // By a factory: without Blazor there is no state to persist, and a validation of all services at start would report that as
        // missing.
        services.TryAddScoped(static provider => new StoreViewHandover(provider.GetRequiredService<PersistentComponentState>()));
        return services;
    }
}
