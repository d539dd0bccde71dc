using Tornadose.SignalR;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Circuits;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Endpoints;
using Tornadose.SignalR.Hosting;
using Tornadose.SignalR.Hubs;
using Tornadose.SignalR.Inspection;
using Tornadose.SignalR.JsonLines;
using Tornadose.SignalR.LongPolling;
using Tornadose.SignalR.ServerSentEvents;
using Tornadose.SignalR.Stores;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds stores to an application.</summary>
public static class TornadoseServiceCollectionExtensions
{
    /// <summary>The configuration section that the options are bound from.</summary>
    internal const string ConfigurationSection = "Tornadose";

    /// <summary>
    /// Adds stores, and what delivers them: <c>builder.Services.AddTornadose().AddQueueStore("orders")</c>, then
    /// <c>app.MapStores("/stores")</c> and <c>app.MapStoreHub("/hubs/stores")</c>. May be called several times; SignalR is added as well.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets options; it runs after the configuration section <c>Tornadose</c> was read.</param>
    /// <returns>The builder that stores are added to.</returns>
    [UnconditionalSuppressMessage(
        "AOT", "IL3050",
        Justification = "Only Clients generates code, which StoreHub never touches; a derived hub that does is warned of where it does.")]
    public static ITornadoseBuilder AddTornadose(this IServiceCollection services, Action<TornadoseOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSignalR();
        services.PostConfigure<JsonHubProtocolOptions>(HubJson.AddTo);
        StatusRefusals.AddTo(services);
        services.AddMetrics();
        AddOptions(services, configure);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IBackplane, LocalBackplane>();
        services.TryAddSingleton(
            provider => new StoreSerializer(provider.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions));
        services.TryAddSingleton(provider => new StoreProvider(
            provider.GetServices<StoreDefinition>(),
            provider.GetRequiredService<IOptionsMonitor<StoreOptions>>(),
            provider.GetRequiredService<IOptions<TornadoseOptions>>().Value.MaxStores,
            provider.GetRequiredService<IBackplane>(),
            provider.GetRequiredService<StoreSerializer>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<PublishTelemetry>(),
            provider.GetRequiredService<ILogger<StoreProvider>>(),
            provider.GetRequiredService<IOptions<TornadoseOptions>>().Value.MaxStoresPerUser,
            provider.GetRequiredService<IOptions<TornadoseOptions>>().Value.MaxBytes,
            provider,
            provider.GetService<INodeQuestions>()));
        services.TryAddSingleton<IStoreProvider>(provider => provider.GetRequiredService<StoreProvider>());
        AddReaders(services);
        services.TryAddSingleton<StoreMetrics>();
        services.TryAddSingleton<PublishTelemetry>();
        services.TryAddSingleton(provider => new SubscriberRegistry(
            provider.GetRequiredService<TornadoseOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<StoreMetrics>(),
            provider.GetRequiredService<ILogger<SubscriberRegistry>>()));
        services.TryAddSingleton(CurrentOptions);
        services.TryAddSingleton(provider => new StoreTickets(
            provider.GetService<IDataProtectionProvider>(),
            provider.GetRequiredService<IBackplane>() as IReplayCache ?? new LocalReplayCache(provider.GetRequiredService<TimeProvider>()),
            provider.GetRequiredService<TornadoseOptions>(),
            provider.GetRequiredService<RevokedUsers>()));
        services.TryAddSingleton<RevokedUsers>();
        services.TryAddSingleton<StoreRevocation>();
        services.TryAddSingleton<IStoreRevocation>(provider => provider.GetRequiredService<StoreRevocation>());
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IHostedService, StoreRevocation>(provider => provider.GetRequiredService<StoreRevocation>()));
        services.TryAddSingleton<TicketGate>();
        services.TryAddTransient<QueryAuthentication>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<AuthenticationOptions>, QueryScheme>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<LoggerFilterOptions>, QuietRequestLines>());
        AddFormats(services);
        services.TryAddSingleton<StoreEndpoint>();
        services.TryAddSingleton<TicketEndpoint>();
        services.TryAddSingleton<PublishEndpoint>();
        services.TryAddSingleton(provider => new NodeInspection(
            provider.GetRequiredService<StoreProvider>(),
            provider.GetRequiredService<SubscriberRegistry>(),
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(
            provider => new Inspector(provider.GetRequiredService<NodeInspection>(), provider.GetService<INodeQuestions>()));
        services.TryAddSingleton(provider => new InspectorEndpoint(
            provider.GetRequiredService<Inspector>(),
            provider.GetRequiredService<TornadoseOptions>()));
        services.TryAddEnumerable(ServiceDescriptor.Transient<IApiDescriptionProvider, StorePathDescription>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, StartupChecks>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, InitialValues>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, ExplicitAccess>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DrainOnShutdown>());
        var builder = new TornadoseBuilder(services);
        return builder.AddHub<StoreHub>();
    }

    private static TornadoseOptions CurrentOptions(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<TornadoseOptions>>().Value;
        provider.GetRequiredService<IOptionsMonitor<TornadoseOptions>>().OnChange(changed => options.TakeOver(changed));
        return options;
    }

    /// <summary>
    /// Readers for components. They replace those of a client for other servers' stores, whichever was added first: on the server,
    /// components read in process.
    /// </summary>
    private static void AddReaders(IServiceCollection services)
    {
        services.TryAddScoped<CircuitConnection>();
        services.TryAddEnumerable(ServiceDescriptor.Scoped<CircuitHandler, CircuitConnection>(
            static provider => provider.GetRequiredService<CircuitConnection>()));
        services.Replace(ServiceDescriptor.Scoped<IStoreReaders, CircuitStoreReaders>());
    }

    /// <summary>In the order in which they are preferred, and before those of the application.</summary>
    private static void AddFormats(IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<StreamFormat, ServerSentEventFormat>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<StreamFormat, JsonLinesFormat>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<StreamFormat, LongPollingFormat>());
        services.TryAddSingleton<AcceptNegotiation>();
    }

    private static void AddOptions(IServiceCollection services, Action<TornadoseOptions>? configure)
    {
        var options = services.AddOptions<TornadoseOptions>();
        if (!services.Any(service => service.ImplementationType == typeof(TornadoseOptionsValidation)))
        {
            services.AddSingleton<IValidateOptions<TornadoseOptions>, TornadoseOptionsValidation>();
            services.AddSingleton<IValidateOptions<StoreOptions>, StoreOptionsValidation>();
            services.AddSingleton<IOptionsMonitor<TornadoseOptions>, LastGoodOptions<TornadoseOptions>>();
            services.AddSingleton<IOptionsMonitor<StoreOptions>, LastGoodOptions<StoreOptions>>();
            options.BindConfiguration(ConfigurationSection).ValidateOnStart();
        }

        if (configure is not null)
            options.Configure(configure);
    }
}
