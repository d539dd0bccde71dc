using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// Wraps the application's lifetime manager in ours. Ours is registered for the closed type, which the container prefers to every open
/// generic, whether that is added before or after; so <c>AddSignalR().AddStackExchangeRedis(…)</c> may be called at any point.
/// </summary>
internal static class StoreHubServices
{
    public const DynamicallyAccessedMemberTypes HubMembers =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicMethods;

    public static void Add<[DynamicallyAccessedMembers(HubMembers)] THub>(IServiceCollection services)
        where THub : StoreHub
    {
        services.TryAddSingleton<HubEncoders>();
        services.TryAddSingleton<StoreAuthorizer>();
        services.TryAddSingleton<StoreHubContext>();
        if (services.Any(service => service.ServiceType == typeof(StoreHubLifetimeManager<THub>)))
            return;
        var ours = ServiceDescriptor.Singleton<HubLifetimeManager<THub>>(
            provider => provider.GetRequiredService<StoreHubLifetimeManager<THub>>());
        services.AddSingleton(provider => new StoreHubLifetimeManager<THub>(
            CreateInner<THub>(services, ours, provider), provider.GetRequiredService<StoreHubContext>()));
        services.Add(ours);
        services.TryAddSingleton(CreateConnectionHandler<THub>);
    }

    /// <summary>Throws when the hub is mapped and a registration is missing or out of order.</summary>
    public static void Check<THub>(IServiceProvider services)
        where THub : StoreHub
    {
        if (services.GetRequiredService<HubLifetimeManager<THub>>() is StoreHubLifetimeManager<THub>)
            return;
        var name = typeof(THub).Name;
        throw new InvalidOperationException(services.GetService<StoreHubLifetimeManager<THub>>() is null
            ? $"The hub {name} is not known to the stores. Add this line before the application is built: " +
                $"builder.Services.AddTornadose().AddHub<{name}>();"
            : $"A HubLifetimeManager<{name}> is registered after the stores' own, which should wrap it: " +
                $"move its registration before AddTornadose() and AddHub<{name}>().");
    }

    /// <summary>SignalR's own connection handler, with our logger factory, because it creates its loggers itself.</summary>
    private static HubConnectionHandler<THub> CreateConnectionHandler<[DynamicallyAccessedMembers(HubMembers)] THub>(
        IServiceProvider provider)
        where THub : StoreHub =>
        ActivatorUtilities.CreateInstance<HubConnectionHandler<THub>>(
            provider, new HubRefusalLog(provider.GetRequiredService<ILoggerFactory>()));

    /// <summary>
    /// The application's own manager: one for this hub, else the one for all hubs. Looked up when it is needed, so that the order of
    /// registration does not matter.
    /// </summary>
    private static HubLifetimeManager<THub> CreateInner<THub>(
        IServiceCollection services, ServiceDescriptor ours, IServiceProvider provider)
        where THub : StoreHub
    {
        var closed = services.LastOrDefault(
            service => service.ServiceType == typeof(HubLifetimeManager<THub>) && !service.IsKeyedService && service != ours);
        if (closed is not null)
            return (HubLifetimeManager<THub>)(closed.ImplementationInstance
                ?? closed.ImplementationFactory?.Invoke(provider)
                ?? ActivatorUtilities.CreateInstance(provider, closed.ImplementationType!));
        var open = services.Last(static service => service.ServiceType == typeof(HubLifetimeManager<>) && !service.IsKeyedService);
        return (HubLifetimeManager<THub>)ActivatorUtilities.CreateInstance(provider, Close<THub>(open));
    }

    [UnconditionalSuppressMessage(
        "Trimming", "IL2055",
        Justification = "The container keeps the constructors of implementation types, and managers put no demands on the hub's type.")]
    [UnconditionalSuppressMessage(
        "AOT", "IL3050",
        Justification = "A hub is a class: code over reference types is shared, as in the container's own handling of open generics.")]
    [UnconditionalSuppressMessage(
        "Trimming", "IL2073", Justification = "The constructors are those that the service descriptor's annotation keeps.")]
    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    private static Type Close<THub>(ServiceDescriptor open) => open.ImplementationType!.MakeGenericType(typeof(THub));
}
