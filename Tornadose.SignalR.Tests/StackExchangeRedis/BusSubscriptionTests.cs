using System.Collections.Concurrent;
using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.StackExchangeRedis;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>What remains of a subscription that could not start, or has ended, on a connection that others use as well.</summary>
public sealed class BusSubscriptionTests
{
    private static readonly MessageLogLimits Limits = new(100, 1 << 20);

    [Fact]
    public async Task Follow_Refused_LeavesTheApplicationsOwnSubscriptions()
    {
        await using var redis = await RedisProcess.StartAsync();
        await redis.CommandAsync("ACL", "SETUSER", "default", "resetchannels", "&news");
        using var application = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var heard = new ConcurrentQueue<string?>();
        await application.GetSubscriber().SubscribeAsync(RedisChannel.Literal("news"), (_, text) => heard.Enqueue(text));
        await using var backplane = TestBackplane.Create(
            RedisConnector.Of(() => application), "tornadose", options => options.Channels["orders"] = "news");
        await using var channel = backplane.Open("orders", Limits);
        using var following = await channel.FollowAsync(default).WithTimeout();
        await redis.CommandAsync("PUBLISH", "news", "hello");
        await Eventually.TrueAsync(() => heard.Contains("hello"));
    }

    /// <summary>Regression: the command had timed out but continued to subscribe to one channel after the other.</summary>
    [Fact]
    public async Task Start_EndedBeforeRedisAnswers_LeavesNoChannel()
    {
        await using var redis = await RedisProcess.StartAsync();
        using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var subscription = new BusSubscription(
            connection, [RedisChannel.Literal("first"), RedisChannel.Literal("second")], static _ => { });
        redis.Suspend();
        var starting = subscription.StartAsync(connection);
        await subscription.EndAsync().WithTimeout();
        redis.Resume();
        await starting.WithTimeout();
        await connection.GetSubscriber().PingAsync().WithTimeout();
        Assert.Empty((object?[])(await redis.CommandAsync("PUBSUB", "CHANNELS", "[a-z]*"))!);
    }

    [Fact]
    public async Task Dispose_OnTheApplicationsConnection_LeavesNoChannel()
    {
        await using var redis = await RedisProcess.StartAsync();
        using var application = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await using (var backplane = TestBackplane.Create(RedisConnector.Of(() => application), "tornadose"))
        await using (var channel = backplane.Open("orders", Limits))
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => backplane.Questions.ListenAsync(default))).WithTimeout();
            using var following = await channel.FollowAsync(default).WithTimeout();
            await Eventually.TrueAsync(
                async () => ((object?[])(await redis.CommandAsync("PUBSUB", "CHANNELS", "*_probe*"))!).Length == 1);
        }

        await Eventually.TrueAsync(async () => ((object?[])(await redis.CommandAsync("PUBSUB", "CHANNELS", "*tornadose*"))!).Length == 0);
    }

    /// <summary>Regression: it waited for an attempt that was never made.</summary>
    [Fact]
    public async Task Follow_EndedWhileTheLastLoopEnds_LetsItsReadersGo()
    {
        var node = TestBackplane.CreateNode(RedisConnector.Of(static () => throw new InvalidOperationException("never asked")));
        var log = new MessageLog(Limits, TimeProvider.System);
        var keys = new RedisKeys("tornadose", "orders");
        var reader = new LogReader(keys, log, node);
        var previous = new TaskCompletionSource();
        var loop = new FollowLoop(
            "orders", keys, new LogReplica(log, reader, TimeProvider.System, static () => { }), reader, node, previous.Task);
        var ending = loop.DisposeAsync();
        previous.SetResult();
        await ending;
        await loop.Tried.WithTimeout();
    }
}
