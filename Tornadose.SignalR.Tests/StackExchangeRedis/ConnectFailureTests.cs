using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using StackExchange.Redis;
using Tornadose.SignalR.StackExchangeRedis;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Connecting that fails with what is no exception of Redis: a missing registration, a prefix of channels.</summary>
public sealed class ConnectFailureTests
{
    /// <summary>The watch of the connection once tried again at once: a core at 100 %, and an error line each time.</summary>
    [Fact]
    public async Task Connect_FactoryThrows_IsTriedAgainAfterAPauseAndIsAFault()
    {
        var time = new FakeTimeProvider();
        var logs = new FakeLogCollector();
        var options = new RedisBackplaneOptions();
        var connector = RedisConnector.Of(static () => throw new InvalidOperationException("nobody has registered a connection"));
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new BackplaneMetrics(services.GetRequiredService<IMeterFactory>());
        await using var backplane = new RedisBackplane(connector, options, time, metrics, new FakeLogger(logs));
        await Eventually.TrueAsync(() => Failures(logs) == 1);
        for (var yields = 0; yields < 1000; yields++)
            await Task.Yield();
        Assert.Equal(1, Failures(logs));
        time.Advance(options.SyncInterval);
        await Eventually.TrueAsync(() => Failures(logs) == 2);
        Assert.NotNull(await backplane.FindFaultAsync(default));
    }

    private static int Failures(FakeLogCollector logs) =>
        logs.GetSnapshot().Count(static entry => entry.Message.StartsWith("Watching the connection", StringComparison.Ordinal));
}
