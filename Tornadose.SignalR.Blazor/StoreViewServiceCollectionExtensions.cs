using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tornadose.SignalR;
using Tornadose.SignalR.Blazor;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Shows stores in Blazor pages.</summary>
public static class StoreViewServiceCollectionExtensions
{
    /// <summary>
    /// Adds what <see cref="StoreView{T}"/> needs, on the server and in WebAssembly alike. Where the stores come from is another line: on
    /// the server <c>AddTornadose()</c>, in WebAssembly <c>AddTornadoseClient(…)</c>. Calling it again changes nothing.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddStoreViews(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(TimeProvider.System);
        // By a factory: where there is no Blazor there is no state to persist, and a check of all services at start would find that
        // missing.
        services.TryAddScoped(static provider => new StoreViewHandover(provider.GetRequiredService<PersistentComponentState>()));
        return services;
    }
}
