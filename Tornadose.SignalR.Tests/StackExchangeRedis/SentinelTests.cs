using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Tests.StackExchangeRedis;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>A sentinel decides on the failover and tells the client library, which supports sentinels since 2.x.</summary>
[Case("RDS-27")]
public sealed class SentinelTests
{
    [Fact]
    [Case("RDS-28", "PROC-12")]
    public async Task Failover_BySentinel_LosesNothingThatWasReplicated()
    {
        await using var redis = await ReplicatedRedis.StartAsync();
        await using var sentinel = await RedisSentinel.StartAsync(redis.Primary);
        await using var nodes = await TwoNodes.StartAsync(sentinel.ConnectionString);
        await nodes.ConnectAsync();
        var seen = await nodes.PublishAsync(30);
        await nodes.SettleAsync(seen);
        await redis.UntilReplicatedAsync(seen);
        await redis.Primary.KillAsync();
        Assert.Null(await nodes.TryPublishAsync(nodes.A, "nobody takes this"));
        await sentinel.UntilPrimaryAsync(redis.Replica);
        await nodes.HealedWithoutLossAsync(seen);
    }

    [Fact]
    [Case("RDS-05", "PROC-12")]
    public async Task Failover_BySentinelToAReplicaThatLags_OneResetEach()
    {
        await using var redis = await ReplicatedRedis.StartAsync();
        await using var sentinel = await RedisSentinel.StartAsync(redis.Primary);
        await using var nodes = await TwoNodes.StartAsync(sentinel.ConnectionString);
        await nodes.ConnectAsync();
        await redis.UntilReplicatedAsync(await nodes.PublishAsync(30));
        await redis.DetachReplicaAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(10, "not replicated"));
        await redis.Primary.KillAsync();
        redis.Replica.Resume();
        await sentinel.UntilPrimaryAsync(redis.Replica);
        await nodes.HealedByRollbackAsync();
    }
}
