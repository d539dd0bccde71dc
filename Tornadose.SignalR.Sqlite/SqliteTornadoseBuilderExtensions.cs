using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tornadose.SignalR;
using Tornadose.SignalR.Hosting;
using Tornadose.SignalR.Sqlite;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps stores in a SQLite database, so that they survive a restart.</summary>
public static class SqliteTornadoseBuilderExtensions
{
    /// <summary>
    /// Keeps the stores in a SQLite database, so that a process that was restarted, crashed or killed continues where it was: acknowledged
    /// messages are still there, and ids stay valid. For one process at a time; <c>AddStackExchangeRedis</c> shares stores between
    /// several. <c>AddHealthChecks().AddTornadose()</c> reports whether messages can be written.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">The database, such as <c>Data Source=stores.db</c>; see
    /// <see cref="SqliteBackplaneOptions.ConnectionString"/>.</param>
    /// <param name="configure">Sets options; it runs after the configuration section <c>Tornadose:Sqlite</c> was read.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The connection string cannot be read, or names no file.</exception>
    /// <exception cref="InvalidOperationException">The stores are already kept elsewhere.</exception>
    public static ITornadoseBuilder AddSqlite(
        this ITornadoseBuilder builder, string connectionString, Action<SqliteBackplaneOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        return SqliteBackplaneOptionsValidation.FailureOf(connectionString) is { } failure
            ? throw new ArgumentException(failure, nameof(connectionString))
            : builder.Add(connectionString, configure);
    }

    /// <inheritdoc cref="AddSqlite(ITornadoseBuilder, string, Action{SqliteBackplaneOptions}?)"/>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options. It has to set <see cref="SqliteBackplaneOptions.ConnectionString"/> unless the configuration
    /// section <c>Tornadose:Sqlite</c>, which was read before, has it.</param>
    public static ITornadoseBuilder AddSqlite(this ITornadoseBuilder builder, Action<SqliteBackplaneOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Add("", configure);
    }

    private static ITornadoseBuilder Add(
        this ITornadoseBuilder builder, string connectionString, Action<SqliteBackplaneOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        BackplaneChoice.Make<SqliteBackplane>(services, nameof(AddSqlite));
        services.AddSingleton<IValidateOptions<SqliteBackplaneOptions>, SqliteBackplaneOptionsValidation>();
        services.AddOptions<SqliteBackplaneOptions>()
            .Configure(options => options.ConnectionString = connectionString)
            .BindConfiguration($"{TornadoseServiceCollectionExtensions.ConfigurationSection}:Sqlite")
            .Configure(options => configure?.Invoke(options))
            .ValidateOnStart();
        services.AddSingleton<SqliteMetrics>();
        services.AddSingleton(static provider => new SqliteBackplane(
            provider.GetRequiredService<IOptions<SqliteBackplaneOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<SqliteMetrics>(),
            provider.GetRequiredService<ILogger<SqliteBackplane>>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SqliteStartup>());
        return builder;
    }
}
