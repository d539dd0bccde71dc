using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using StackExchange.Redis;
using Tornadose.SignalR;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.StackExchangeRedis;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds stores to an application that gets its connection strings from Aspire, or from another orchestrator.</summary>
public static class TornadoseHostApplicationBuilderExtensions
{
    private const string ConfigurationSection = "Aspire:Tornadose:SignalR";

    /// <summary>
    /// Adds stores that are kept in the Redis of the named connection, their health check, and their metrics and traces in OpenTelemetry:
    /// <c>builder.AddTornadose("redis").AddQueueStore("orders")</c>. Endpoints are mapped as usual, by <c>app.MapStores("/stores")</c>.
    /// </summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="connectionName">The name of the connection string, <c>ConnectionStrings:{connectionName}</c>. In an AppHost it is the
    /// name of the Redis resource that the project references.</param>
    /// <param name="configureSettings">Sets settings; it runs after the configuration was read.</param>
    /// <param name="configureOptions">Sets how to connect; it runs after the connection string was read.</param>
    /// <returns>The builder that stores are added to.</returns>
    /// <remarks>
    /// An application keeps all its stores in one place, so there is no keyed form. The options of stores and backplane are in the section
    /// <c>Tornadose</c>, as without Aspire.
    /// </remarks>
    /// <exception cref="InvalidOperationException">There is no such connection string, or the application's stores are already kept
    /// elsewhere.</exception>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    public static ITornadoseBuilder AddTornadose(
        this IHostApplicationBuilder builder, string connectionName, Action<TornadoseSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionName);
        var settings = Read(builder.Configuration, connectionName);
        configureSettings?.Invoke(settings);
        if (string.IsNullOrWhiteSpace(settings.ConnectionString))
            throw new InvalidOperationException(
                "There is no connection string for the stores. " +
                    $"Set ConnectionStrings:{connectionName} or {ConfigurationSection}:ConnectionString, " +
                    $"or reference the resource in the AppHost: .WithReference({connectionName}).");
        var options = RedisConnector.Parse(settings.ConnectionString);
        configureOptions?.Invoke(options);
        var tornadose = builder.Services.AddTornadose().AddStackExchangeRedis(options);
        AddTelemetry(builder.Services, settings);
        return tornadose;
    }

    private static TornadoseSettings Read(IConfiguration configuration, string connectionName)
    {
        var settings = new TornadoseSettings();
        var section = configuration.GetSection(ConfigurationSection);
        section.Bind(settings);
        section.GetSection(connectionName).Bind(settings);
        if (configuration.GetConnectionString(connectionName) is { } connection && !string.IsNullOrWhiteSpace(connection))
            settings.ConnectionString = connection;
        return settings;
    }

    private static void AddTelemetry(IServiceCollection services, TornadoseSettings settings)
    {
        if (!settings.DisableHealthChecks)
            services.AddHealthChecks().AddTornadose();
        if (!settings.DisableMetrics)
            services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddMeter(StoreMetrics.MeterName));
        if (!settings.DisableTracing)
            services.AddOpenTelemetry().WithTracing(static tracing => tracing.AddSource(StoreActivities.SourceName));
    }
}
