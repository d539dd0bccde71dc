using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>The primary dies and its replica takes over; the client library finds it in its list of endpoints.</summary>
public sealed class FailoverTests
{
    [Fact]
    [Case("RDS-27", "RDS-05", "PROC-12")]
    public async Task Failover_WithinTheListOfEndpoints_LosesNothingThatWasReplicated()
    {
        await using var redis = await ReplicatedRedis.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        await nodes.ConnectAsync();
        var seen = await nodes.PublishAsync(30);
        await nodes.SettleAsync(seen);
        await redis.UntilReplicatedAsync(seen);
        await redis.Primary.KillAsync();
        Assert.Null(await nodes.TryPublishAsync(nodes.A, "nobody takes this"));
        await redis.PromoteAsync();
        await nodes.HealedWithoutLossAsync(seen);
    }

    [Fact]
    [Case("RDS-27", "RDS-05", "PROC-12")]
    public async Task Failover_ToAReplicaThatLags_OneResetEach()
    {
        await using var redis = await ReplicatedRedis.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        await nodes.ConnectAsync();
        await redis.UntilReplicatedAsync(await nodes.PublishAsync(30));
        await redis.DetachReplicaAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(10, "not replicated"));
        await redis.Primary.KillAsync();
        redis.Replica.Resume();
        await redis.PromoteAsync();
        await nodes.HealedByRollbackAsync();
    }

    [Fact]
    [Case("RDS-28", "PROC-12")]
    public async Task Failover_ThatTheConnectionIsNotToldOf_IsFoundByTheRefusedWrite()
    {
        await using var redis = await ReplicatedRedis.StartAsync();
        await using var proxy = ChaosProxy.Start(redis.Primary.Port);
        await using var nodes = await TwoNodes.StartAsync(RedisProcess.ConnectionStringFor(proxy.Port));
        await nodes.ConnectAsync();
        var seen = await nodes.PublishAsync(30);
        await nodes.SettleAsync(seen);
        await redis.UntilReplicatedAsync(seen);
        proxy.RedirectNew(redis.Replica.Port);
        await redis.PromoteAsync();
        await redis.Primary.CommandAsync("REPLICAOF", "127.0.0.1", $"{redis.Replica.Port}");
        Assert.Null(await nodes.TryPublishAsync(nodes.A, "to a replica"));
        await nodes.HealedWithoutLossAsync(seen);
        await nodes.MovedAsync("backplane.connections.replaced");
    }
}
