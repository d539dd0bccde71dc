using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Tornadose.SignalR.Blazor;

/// <summary>What <see cref="StoreView{T}"/> asks for, one of each for a browser tab. An application without Blazor never makes one.</summary>
internal static class StoreViewServices
{
    public static void AddTo(IServiceCollection services)
    {
        services.TryAddScoped<StoreViewCircuit>();
        services.TryAddEnumerable(ServiceDescriptor.Scoped<CircuitHandler, StoreViewCircuit>(static provider => provider.GetRequiredService<StoreViewCircuit>()));
        // By a factory: where there is no Blazor there is no state to persist, and a check of all services at start would find that missing.
        services.TryAddScoped(static provider => new StoreViewHandover(provider.GetRequiredService<PersistentComponentState>()));
    }
}
