using System.Net;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Redis becomes unavailable and returns with all, some or none of its data.</summary>
public sealed class OutageTests
{
    [Fact]
    [Case("RDS-02", "PROC-12")]
    public async Task Redis_KilledUnderLoadAndBackEmpty_OneResetEachAndANewEpoch()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        await nodes.ConnectAsync();
        var before = await nodes.PublishAsync(50);
        using var stop = new CancellationTokenSource();
        var load = nodes.LoadAsync(stop.Token);
        await redis.KillAsync();
        await Eventually.TrueAsync(async () => await nodes.TryPublishAsync(nodes.A, "while away") is null);
        await redis.RestartAsync();
        var after = await nodes.HealedAsync();
        await stop.CancelAsync();
        await load.WithTimeout();
        await nodes.SettleAsync(await nodes.PublishAsync(20, "after"));
        Assert.NotEqual(before.Epoch, after.Epoch);
        Assert.All(nodes.Resets(), resets => Assert.Equal("epoch", resets));
        await nodes.MovedAsync("backplane.reconnects");
        await nodes.FailedAsync<StoreUnavailableException>();
        Assert.Equal(3, nodes.Metrics.Sum("resets", "store=orders", "reason=epoch"));
    }

    [Fact]
    [Case("RDS-03", "PROC-12")]
    public async Task Redis_KilledAndBackWithEverything_NothingIsNoticed()
    {
        string[] durable = ["--appendonly", "yes", "--appendfsync", "always"];
        await using var redis = await RedisProcess.StartAsync(durable);
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        await nodes.ConnectAsync();
        var before = await nodes.PublishAsync(50);
        await redis.KillAsync();
        await redis.RestartAsync(durable);
        var after = await nodes.HealedAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(50, "after"));
        Assert.Equal(before.Epoch, after.Epoch);
        Assert.All(nodes.Resets(), Assert.Empty);
        await nodes.MovedAsync("backplane.reconnects");
        Assert.Equal(0, nodes.Metrics.Sum("resets"));
    }

    [Theory]
    [Case("RDS-04", "PROC-12")]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(20)]
    public async Task Redis_BackFromAStaleSnapshotAndPublishedToBeforeTheNodesReturn_OneResetEach(int newMessages)
    {
        await using var redis = await RedisProcess.StartAsync("--save", "3600 1");
        await using var proxy = ChaosProxy.Start(redis.Port);
        await using var nodes = await TwoNodes.StartAsync(RedisProcess.ConnectionStringFor(proxy.Port));
        await nodes.ConnectAsync();
        await nodes.PublishAsync(50);
        await redis.CommandAsync("SAVE");
        await nodes.SettleAsync(await nodes.PublishAsync(10, "lost"));
        proxy.Stop();
        await redis.KillAsync();
        await redis.RestartAsync("--save", "3600 1");
        for (var i = 0; i < newMessages; i++)
            await ForeignAsync(redis, nodes, $"new {i}");
        proxy.Listen();
        await nodes.HealedByRollbackAsync();
        Assert.All(nodes.Subscribers, subscriber => Assert.Contains(
            subscriber.Records, record => record is MessageRecord { Hash: var hash } && hash == MessageRecord.HashOf("new 0")));
    }

    [Fact]
    [Case("RDS-05", "PROC-12")]
    public async Task Redis_FailsOverToAReplicaThatLags_OneResetEach()
    {
        await using var primary = await RedisProcess.StartAsync();
        await using var replica = await RedisProcess.StartAsync("--replicaof", $"127.0.0.1 {primary.Port}");
        await Eventually.TrueAsync(async () => ((string)(await replica.CommandAsync("INFO", "replication"))!)
            .Contains("master_link_status:up", StringComparison.Ordinal));
        await using var proxy = ChaosProxy.Start(primary.Port);
        await using var nodes = await TwoNodes.StartAsync(RedisProcess.ConnectionStringFor(proxy.Port));
        await nodes.ConnectAsync();
        var seen = await nodes.PublishAsync(30);
        await Eventually.TrueAsync(
            async () => (await replica.CommandAsync("HGET", "{tornadose:orders}:meta", "offset")) as string == $"{seen.Offset}");
        await replica.CommandAsync("REPLICAOF", "NO", "ONE");
        await nodes.SettleAsync(await nodes.PublishAsync(10, "not replicated"));
        await primary.KillAsync();
        for (var i = 0; i < 15; i++)
            await ForeignAsync(replica, nodes, $"on the replica {i}");
        proxy.Redirect(replica.Port);
        await nodes.HealedByRollbackAsync();
    }

    [Fact]
    [Case("RDS-06", "PROC-12")]
    public async Task Redis_DoesNotAnswerForAWhile_PublishesFailAndNothingIsLost()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        await nodes.ConnectAsync();
        await nodes.PublishAsync(20);
        redis.Suspend();
        TwoNodes.SetCommandTimeout(nodes.A, TimeSpan.FromMilliseconds(500));
        Assert.Null(await nodes.TryPublishAsync(nodes.A, "unanswered"));
        await Eventually.TrueAsync(async () => await HealthAsync(nodes.A) == HttpStatusCode.ServiceUnavailable);
        TwoNodes.SetCommandTimeout(nodes.A, TimeSpan.FromSeconds(10));
        redis.Resume();
        await nodes.HealedAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(20, "after"));
        Assert.All(nodes.Resets(), Assert.Empty);
        await nodes.FailedAsync<StoreUnavailableException>();
    }

    [Fact]
    [Case("RDS-07", "PROC-12")]
    public async Task Node_CutOffWhileOthersPublish_FillsInWhatItMissed()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var proxy = ChaosProxy.Start(redis.Port);
        await using var nodes = await TwoNodes.StartAsync(RedisProcess.ConnectionStringFor(proxy.Port), redis.ConnectionString);
        await nodes.ConnectAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(20));
        var before = nodes.Metrics.Sum("backplane.backfilled");
        proxy.Stop();
        var top = await nodes.PublishAsync(nodes.B, 200, "missed");
        proxy.Listen();
        await nodes.SettleAsync(top);
        Assert.All(nodes.Resets(), Assert.Empty);
        await nodes.MovedAsync("backplane.reconnects");
        await Eventually.TrueAsync(() => nodes.Metrics.Sum("backplane.backfilled") == before + 200); // counted after they were delivered
    }

    [Fact]
    [Case("RDS-07", "PROC-12")]
    public async Task Connection_HalfOpenForever_IsReplaced()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var proxy = ChaosProxy.Start(redis.Port);
        await using var nodes = await TwoNodes.StartAsync(
            RedisProcess.ConnectionStringFor(proxy.Port), redis.ConnectionString);
        await nodes.ConnectAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(20));
        TwoNodes.SetCommandTimeout(nodes.A, TimeSpan.FromMilliseconds(500));
        proxy.SwallowPresent();
        var top = await nodes.PublishAsync(nodes.B, 20, "missed");
        await nodes.SettleAsync(top);
        Assert.All(nodes.Resets(), Assert.Empty);
        await nodes.MovedAsync("backplane.connections.replaced");
        await nodes.MovedAsync("backplane.backfilled");
    }

    [Fact]
    [Case("RDS-12", "PROC-12")]
    public async Task Node_CutOffForMoreThanTheWindow_OneResetEachAndThenTheWindow()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var proxy = ChaosProxy.Start(redis.Port);
        await using var nodes = await TwoNodes.StartAsync(RedisProcess.ConnectionStringFor(proxy.Port), redis.ConnectionString);
        await nodes.ConnectAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(20));
        proxy.Stop();
        MessagePosition top = default;
        for (var part = 0; part < 6; part++)
        {
            top = await nodes.PublishAsync(nodes.B, TwoNodes.Capacity / 5, $"missed {part}");
            await Eventually.TrueAsync(
                () => nodes.Subscribers.Skip(3).All(subscriber => subscriber.LastId == top.ToString()), what: "the readers of B");
        }

        proxy.Listen();
        await nodes.SettleAsync(top);
        // a whole window at once fills the ring: a reader that is slow to wake has been overtaken as well
        Assert.All(nodes.Resets().Take(3), resets => Assert.Contains(resets, new[] { "expired", "slow" }));
        Assert.All(nodes.Resets().Skip(3), Assert.Empty);
        Assert.Equal(3, nodes.Metrics.Sum("resets"));
        await nodes.MovedAsync("backplane.backfilled");
    }

    [Fact]
    [Case("RDS-21", "PROC-12")]
    public async Task Redis_AwayAtStart_StreamsOpenPublishesFailAndAllHeals()
    {
        await using var redis = RedisProcess.Later();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        await nodes.ConnectAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await HealthAsync(nodes.A));
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => nodes.StoreOf(nodes.A).PublishAsync("too early").AsTask());
        Assert.False(failure.MayBeStored);
        await redis.RestartAsync();
        await nodes.HealedAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(20));
        await Eventually.TrueAsync(async () => await HealthAsync(nodes.A) == HttpStatusCode.OK);
        Assert.All(nodes.Resets(), resets => Assert.Equal("epoch", resets)); // what they missed since they connected is unknown
        await nodes.FailedAsync<StoreUnavailableException>();
        Assert.Equal(3, nodes.Metrics.Sum("resets", "reason=epoch"));
    }

    private static async Task ForeignAsync(RedisProcess redis, TwoNodes nodes, string text)
    {
        var id = (string)(await redis.CommandAsync("EVAL", Script.Append, 2, "{tornadose:orders}:meta", "{tornadose:orders}:log", text))!;
        nodes.Ledger.Published(id, text);
    }

    private static async Task<HttpStatusCode> HealthAsync(TestHost host)
    {
        await using var answer = await RawHttp.GetAsync(host.Url("/health"));
        return (HttpStatusCode)answer.Status;
    }
}
