using System.Net;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>The log works, but announcements are lost.</summary>
public sealed class BusFaultTests
{
    [Fact]
    [Case("RDS-08", "PROC-12")]
    public async Task Bus_ConnectionsKilledFiveTimesASecondUnderLoad_NothingIsLost()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        await nodes.ConnectAsync();
        using var stop = new CancellationTokenSource();
        var load = Task.WhenAll(LoadAsync(nodes, nodes.A, "a", stop.Token), LoadAsync(nodes, nodes.B, "b", stop.Token));
        for (var i = 0; i < 25; i++)
        {
            await redis.CommandAsync("CLIENT", "KILL", "TYPE", "pubsub");
            await Task.Delay(200);
        }

        await stop.CancelAsync();
        await load.WithTimeout();
        await nodes.SettleAsync(await nodes.PublishAsync(2, "last"));
        Assert.All(nodes.Resets(), Assert.Empty);
        await nodes.MovedAsync("backplane.reconnects");
    }

    [Fact]
    [Case("RDS-09", "PROC-12")]
    public async Task Bus_LastMessageLost_ArrivesByTheComparisonOfPositions()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var proxy = ChaosProxy.Start(redis.Port);
        await using var nodes = await TwoNodes.StartAsync(
            RedisProcess.ConnectionStringFor(proxy.Port), redis.ConnectionString, options =>
                options.ProbeInterval = Timeout.InfiniteTimeSpan);
        await nodes.ConnectAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(20));
        var before = nodes.Metrics.Sum("backplane.backfilled");
        proxy.DropMessages(1);
        await nodes.SettleAsync(await nodes.PublishAsync(nodes.B, "the last one"));
        Assert.Equal(1, proxy.Dropped);
        await nodes.MovedAsync("backplane.missed");
        await Eventually.TrueAsync(() => nodes.Metrics.Sum("backplane.backfilled") == before + 1); // counted after it was delivered
        Assert.All(nodes.Resets(), Assert.Empty);
    }

    [Fact]
    [Case("RDS-10", "PROC-11", "PROC-12")]
    public async Task Bus_AnswersPingsAndDeliversNothing_IsFoundAndMessagesArriveAllTheSame()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var proxy = ChaosProxy.Start(redis.Port);
        await using var nodes = await TwoNodes.StartAsync(RedisProcess.ConnectionStringFor(proxy.Port), redis.ConnectionString);
        await nodes.ConnectAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(20));
        await Eventually.TrueAsync(async () => await HealthAsync(nodes.A) == HttpStatusCode.OK);
        proxy.DropMessages(int.MaxValue);
        await nodes.SettleAsync(await nodes.PublishAsync(20, "starved"));
        await Eventually.TrueAsync(async () => await HealthAsync(nodes.A) == HttpStatusCode.ServiceUnavailable);
        await nodes.MovedAsync("backplane.probes.failed");
        await nodes.MovedAsync("backplane.connections.replaced");
        await nodes.MovedAsync("backplane.backfilled");
        proxy.DropMessages(0);
        await Eventually.TrueAsync(async () => await HealthAsync(nodes.A) == HttpStatusCode.OK);
        await nodes.SettleAsync(await nodes.PublishAsync(20, "after"));
        Assert.All(nodes.Resets(), Assert.Empty);
    }

    /// <summary>Regression: a comparison between two lost messages found no fault, so the store was never resubscribed.</summary>
    [Fact]
    [Case("RDS-10", "PROC-12")]
    public async Task Bus_DeliversNothingOfASlowStore_IsSubscribedToAnew()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var proxy = ChaosProxy.Start(redis.Port);
        await using var backplane = TestBackplane.Create(
            RedisProcess.ConnectionStringFor(proxy.Port), "tornadose", options => options.ProbeInterval = Timeout.InfiniteTimeSpan);
        await using var channel = backplane.Open("orders", new MessageLogLimits(100, 1 << 20));
        using var following = await channel.FollowAsync(default).WithTimeout();
        await Eventually.TrueAsync(async () => await redis.CallsAsync("subscribe") >= 1);
        proxy.DropMessages(int.MaxValue);
        await redis.CommandAsync("CONFIG", "RESETSTAT");
        for (var i = 1; i <= 3; i++)
        {
            await redis.CommandAsync("EVAL", Script.Append, 2, "{tornadose:orders}:meta", "{tornadose:orders}:log", "slow");
            await Eventually.TrueAsync(() => channel.Log.Position.Offset == i);
            var compared = await redis.CallsAsync("hmget");
            await Eventually.TrueAsync(async () => await redis.CallsAsync("hmget") >= compared + 3);
        }

        await Eventually.TrueAsync(async () => await redis.CallsAsync("unsubscribe") >= 1);
    }

    [Fact]
    [Case("RDS-10", "PROC-12")]
    public async Task Bus_DeliversNothingAndNobodyAsks_SubscribersStarve()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var proxy = ChaosProxy.Start(redis.Port);
        await using var nodes = await TwoNodes.StartAsync(RedisProcess.ConnectionStringFor(proxy.Port), redis.ConnectionString, options =>
        {
            options.ProbeInterval = Timeout.InfiniteTimeSpan;
            options.SyncInterval = TimeSpan.FromMinutes(10);
        });
        await nodes.ConnectAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(20));
        proxy.DropMessages(int.MaxValue);
        var top = await nodes.PublishAsync(20, "starved");
        await Eventually.TrueAsync(
            () => proxy.Dropped == 20 && nodes.Subscribers.Skip(3).All(subscriber => subscriber.LastId == top.ToString()));
        Assert.All(nodes.Subscribers.Take(3), subscriber => Assert.Equal(20, subscriber.Count));
        Assert.Equal(0, nodes.Metrics.Sum("backplane.missed") + nodes.Metrics.Sum("backplane.probes.failed"));
    }

    [Fact]
    [Case("RDS-11", "PROC-12")]
    public async Task Bus_OutputBufferOverflows_NothingIsLost()
    {
        await using var redis = await RedisProcess.StartAsync("--client-output-buffer-limit", "pubsub 64kb 32kb 5");
        await using var proxy = ChaosProxy.Start(redis.Port);
        await using var nodes = await TwoNodes.StartAsync(RedisProcess.ConnectionStringFor(proxy.Port), redis.ConnectionString);
        await nodes.ConnectAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(10));
        proxy.StopReading = true;
        MessagePosition top = default;
        for (var i = 0; i < 100; i++)
            top = await nodes.PublishAsync(nodes.B, $"{i} {new string('x', 100_000)}");
        await Eventually.TrueAsync(async () => !((string)(await redis.CommandAsync("INFO", "stats"))!)
            .Contains("client_output_buffer_limit_disconnections:0", StringComparison.Ordinal));
        proxy.StopReading = false;
        await nodes.SettleAsync(top); // read in parts if a single reply would take too long
        Assert.All(nodes.Resets(), Assert.Empty);
        await nodes.MovedAsync("backplane.backfilled");
    }

    private static async Task LoadAsync(TwoNodes nodes, TestHost host, string name, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            await nodes.PublishAsync(host, $"{name} {i}");
            await Task.Delay(20, CancellationToken.None); // no reader that stalls for a moment is behind by a window
        }
    }

    private static async Task<HttpStatusCode> HealthAsync(TestHost host)
    {
        await using var answer = await RawHttp.GetAsync(host.Url("/health"));
        return (HttpStatusCode)answer.Status;
    }
}
