using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.StackExchangeRedis;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Connecting fails with an exception that is not from Redis: a missing registration, a channel prefix.</summary>
public sealed class ConnectFailureTests
{
    /// <summary>Regression: the connection watch retried without a pause, with a core at 100 % and an error line each time.</summary>
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

    /// <summary>Regression: a factory that makes a new connection each time leaked one at each attempt.</summary>
    [Fact]
    public async Task Connect_FactoryGivesAConnectionThatIsRefused_IsNotAskedForAnother()
    {
        var made = new List<IConnectionMultiplexer>();
        var connector = RedisConnector.Of(() =>
        {
            made.Add(ConnectionMultiplexer.Connect(
                $"127.0.0.1:{RedisProcess.FreePort()},abortConnect=false,connectTimeout=100,channelPrefix=x"));
            return made[^1];
        });
        for (var i = 0; i < 3; i++)
            await Assert.ThrowsAsync<InvalidOperationException>(connector.ConnectAsync);
        using var only = Assert.Single(made);
    }

    [Theory]
    [InlineData("redis://localhost", "localhost:6379", false, null, null, 0)]
    [InlineData("redis://user:p%40ss@redis.example:7000/3", "redis.example:7000", false, "user", "p@ss", 3)]
    [InlineData("rediss://:secret@redis.example", "redis.example:6379", true, null, "secret", 0)]
    public void Parse_Url_IsUnderstood(string url, string endPoint, bool tls, string? user, string? password, int database)
    {
        var options = RedisConnector.Parse(url);
        Assert.Equal(endPoint, Assert.Single(options.EndPoints) is System.Net.DnsEndPoint host ? $"{host.Host}:{host.Port}" : "");
        Assert.Equal((tls, user, password, database), (options.Ssl, options.User, options.Password, options.DefaultDatabase));
    }

    [Theory]
    [InlineData("http://user:s3cret@host")]
    [InlineData("redis://user:s3cret@host/zero")]
    [InlineData("redis://user:s3cret@host?ssl=true")]
    public void Parse_UrlOfAnotherKind_IsRefusedWithoutTheSecret(string url) =>
        Assert.DoesNotContain(
            "s3cret", Assert.Throws<ArgumentException>(() => RedisConnector.Parse(url)).ToString(), StringComparison.Ordinal);

    /// <summary>Redis 6.2 puts the script's own line in front of a command's error.</summary>
    [Theory]
    [InlineData("READONLY You can't write against a read only replica.", true)]
    [InlineData("ERR Error running script (call to f_12): @user_script:66: @user_script: 66: -READONLY You can't write against a read " +
        "only replica. ", true)]
    [InlineData("ERR Error running script (call to f_12): @user_script:66: something READONLY else", false)]
    public void IsReplica_TextsOfRedis_AreRecognised(string text, bool expected)
    {
#pragma warning disable CS0618 // the oldest supported version has no other constructor
        var failure = new RedisServerException(text);
#pragma warning restore CS0618
        Assert.Equal(expected, RedisErrors.IsReplica(failure));
        Assert.Equal(expected, RedisErrors.Translate(failure) is StoreUnavailableException { MayBeStored: false });
    }

    private static int Failures(FakeLogCollector logs) =>
        logs.GetSnapshot().Count(static entry => entry.Message.StartsWith("Watching the connection", StringComparison.Ordinal));
}
