using Tornadose.SignalR;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Hosting;
using Tornadose.SignalR.StackExchangeRedis;
using Tornadose.SignalR.Stores;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps stores in Redis, shared by several processes.</summary>
public static class RedisTornadoseBuilderExtensions
{
    /// <summary>
    /// Keeps the stores in Redis, so that they are the same on every node: one order, and ids that are valid on every node. Any process
    /// can publish with <c>redis-cli</c>. <c>AddHealthChecks().AddTornadose()</c> reports whether messages are delivered.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">The connection string, such as <c>localhost:6379</c>: whatever StackExchange.Redis understands
    /// except <c>channelPrefix</c>, or a URL, <c>redis://user:secret@localhost:6379/0</c>, with <c>rediss</c> for TLS.</param>
    /// <param name="configure">Sets options; it runs after the configuration section <c>Tornadose:Redis</c> was read.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    public static ITornadoseBuilder AddStackExchangeRedis(
        this ITornadoseBuilder builder, string connectionString, Action<RedisBackplaneOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        return builder.AddStackExchangeRedis(RedisConnector.Parse(connectionString), configure);
    }

    /// <inheritdoc cref="AddStackExchangeRedis(ITornadoseBuilder, string, Action{RedisBackplaneOptions}?)"/>
    /// <param name="builder">The builder.</param>
    /// <param name="configuration">How to connect. It is copied; connections are restored automatically, whatever
    /// <c>AbortOnConnectFail</c> says.</param>
    /// <param name="configure">Sets options; it runs after the configuration section <c>Tornadose:Redis</c> was read.</param>
    public static ITornadoseBuilder AddStackExchangeRedis(
        this ITornadoseBuilder builder, ConfigurationOptions configuration, Action<RedisBackplaneOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var connector = RedisConnector.To(configuration);
        return builder.AddRedis(_ => connector, configure);
    }

    /// <inheritdoc cref="AddStackExchangeRedis(ITornadoseBuilder, string, Action{RedisBackplaneOptions}?)"/>
    /// <param name="builder">The builder.</param>
    /// <param name="connection">Returns the application's own connection. It is never closed, and not replaced when it delivers nothing.
    /// (Messages then arrive within <see cref="RedisBackplaneOptions.SyncInterval"/>, and the health check says so.)</param>
    /// <param name="configure">Sets options; it runs after the configuration section <c>Tornadose:Redis</c> was read.</param>
    public static ITornadoseBuilder AddStackExchangeRedis(
        this ITornadoseBuilder builder, Func<IServiceProvider, IConnectionMultiplexer> connection,
        Action<RedisBackplaneOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return builder.AddRedis(provider => RedisConnector.Of(() => connection(provider)), configure);
    }

    private static ITornadoseBuilder AddRedis(
        this ITornadoseBuilder builder, Func<IServiceProvider, RedisConnector> connector, Action<RedisBackplaneOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        BackplaneChoice.Make<RedisBackplane>(services, nameof(AddStackExchangeRedis));
        services.AddSingleton<IValidateOptions<RedisBackplaneOptions>, RedisBackplaneOptionsValidation>();
        services.AddOptions<RedisBackplaneOptions>()
            .BindConfiguration($"{TornadoseServiceCollectionExtensions.ConfigurationSection}:Redis")
            .Configure(options => configure?.Invoke(options))
            .Validate<IEnumerable<StoreDefinition>>(
                static (options, stores) => options.Channels.Keys.All(
                    name => stores.Any(store => store.Name == name && store.Pattern is null)),
                "Tornadose:Redis: Channels names a store that was not added. Its keys are names of stores, as in " +
                    "AddDataStore(\"name\"); families have none.")
            .ValidateOnStart();
        services.AddSingleton<BackplaneMetrics>();
        services.AddSingleton(provider => new RedisBackplane(
            connector(provider),
            provider.GetRequiredService<IOptions<RedisBackplaneOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<BackplaneMetrics>(),
            provider.GetRequiredService<ILogger<RedisBackplane>>()));
        services.AddSingleton<INodeQuestions>(provider => provider.GetRequiredService<RedisBackplane>().Questions);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RedisStartup>());
        return builder;
    }
}
