using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.StackExchangeRedis;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Backplanes on a Redis, as <c>AddStackExchangeRedis</c> makes them, with intervals for tests.</summary>
internal static class TestBackplane
{
    public static RedisBackplane Create(
        string connectionString, string prefix, Action<RedisBackplaneOptions>? configure = null, ILogger? logger = null) =>
        Create(RedisConnector.To(ConfigurationFor(connectionString)), prefix, configure, logger);

    /// <summary>Reconnects soon: a test that ends an outage waits for it.</summary>
    public static ConfigurationOptions ConfigurationFor(string connectionString)
    {
        var configuration = ConfigurationOptions.Parse(connectionString);
        configuration.ReconnectRetryPolicy = new LinearRetry(500);
        return configuration;
    }

    public static RedisBackplane Create(
        RedisConnector connector, string prefix, Action<RedisBackplaneOptions>? configure = null, ILogger? logger = null)
    {
        var options = new RedisBackplaneOptions { KeyPrefix = prefix };
        Quick(options);
        configure?.Invoke(options);
        return new RedisBackplane(
            connector, options, TimeProvider.System, new BackplaneMetrics(new Meters()), logger ?? NullLogger.Instance);
    }

    /// <summary>The shared parts of a backplane, for tests of a single part.</summary>
    public static RedisNode CreateNode(RedisConnector connector)
    {
        var options = new RedisBackplaneOptions();
        Quick(options);
        var metrics = new BackplaneMetrics(new Meters());
        var connection = new RedisConnection(connector, options, TimeProvider.System, metrics, NullLogger.Instance);
        return new RedisNode(
            connection, new RedisBus(connection, options, TimeProvider.System), options, TimeProvider.System, metrics,
            NullLogger.Instance);
    }

    public static void Quick(RedisBackplaneOptions options)
    {
        options.SyncInterval = TimeSpan.FromMilliseconds(250);
        options.ProbeInterval = TimeSpan.FromSeconds(2);
        options.CommandTimeout = TimeSpan.FromSeconds(10);
        options.AnswerTimeout = TimeSpan.FromSeconds(20);
        options.Linger = TimeSpan.FromMilliseconds(100);
    }

    /// <summary>Makes the intervals so long that only the test sends commands, and all messages come over the bus.</summary>
    public static void Slow(RedisBackplaneOptions options)
    {
        Quick(options);
        options.SyncInterval = TimeSpan.FromMinutes(10);
        options.ProbeInterval = Timeout.InfiniteTimeSpan;
    }

    /// <summary>For a test in which another node does not answer: the asking node gives up after 2 s.</summary>
    public static void Impatient(RedisBackplaneOptions options)
    {
        Quick(options);
        options.AnswerTimeout = TimeSpan.FromSeconds(2);
    }

    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
