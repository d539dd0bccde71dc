using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tornadose.SignalR;
using Tornadose.SignalR.Blazor;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Shows stores in Blazor pages.</summary>
public static class BlazorTornadoseBuilderExtensions
{
    /// <summary>
    /// Adds what <see cref="StoreView{T}"/> needs, besides <c>AddRazorComponents().AddInteractiveServerComponents()</c>. Calling it again
    /// changes nothing.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static ITornadoseBuilder AddBlazor(this ITornadoseBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.TryAddScoped<StoreViewCircuit>();
        services.TryAddEnumerable(
            ServiceDescriptor.Scoped<CircuitHandler, StoreViewCircuit>(static provider => provider.GetRequiredService<StoreViewCircuit>()));
        // By a factory: where there is no Blazor there is no state to persist, and a check of all services at start would find that
        // missing.
        services.TryAddScoped(static provider => new StoreViewHandover(provider.GetRequiredService<PersistentComponentState>()));
        return builder;
    }
}
