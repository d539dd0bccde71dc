using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Redis is available but rejects a message, or its reply is lost, or someone has modified its keys.</summary>
public sealed class PublishFaultTests
{
    private const string Meta = "{tornadose:orders}:meta";
    private const string Log = "{tornadose:orders}:log";

    [Fact]
    [Case("RDS-13", "PROC-12")]
    public async Task Scripts_Flushed_NextPublishSucceeds()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        await nodes.ConnectAsync();
        for (var i = 0; i < 5; i++)
        {
            await nodes.PublishAsync(nodes.A, $"before {i}");
            await redis.CommandAsync("SCRIPT", "FLUSH");
            await redis.CommandAsync("FUNCTION", "FLUSH");
        }

        await nodes.SettleAsync(await nodes.PublishAsync(nodes.A, "last"));
        Assert.All(nodes.Resets(), Assert.Empty);
        Assert.Equal(6, nodes.Metrics.Sum("messages.published", "store=orders"));
    }

    [Theory]
    [Case("RDS-14", "PROC-12")]
    [InlineData(Meta)]
    [InlineData(Log)]
    public async Task Key_OfAnotherType_PublishThrowsAndUsesUpNoOffset(string key)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        await nodes.ConnectAsync();
        var before = await nodes.PublishAsync(10);
        await nodes.SettleAsync(before);
        await redis.CommandAsync( // at once: a store without meta begins a new epoch
            "EVAL", "redis.call('RENAME', KEYS[1], 'aside') redis.call('SET', KEYS[1], 'no log and no meta')", 1, key);
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => nodes.StoreOf(nodes.A).PublishAsync("refused").AsTask());
        Assert.Contains("WRONGTYPE", refused.Message, StringComparison.Ordinal);
        await redis.CommandAsync("RENAME", "aside", key);
        var after = await nodes.PublishAsync(nodes.B, "after");
        Assert.Equal(before.Offset + 1, after.Offset);
        await nodes.SettleAsync(after);
        Assert.All(nodes.Resets(), Assert.Empty);
        await nodes.FailedAsync<StoreRefusedException>();
    }

    [Fact]
    [Case("RDS-15", "PROC-12")]
    public async Task Redis_OutOfMemory_PublishThrowsAndLeavesNoGap()
    {
        await using var redis = await RedisProcess.StartAsync("--maxmemory-policy", "noeviction");
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        await nodes.ConnectAsync();
        var before = await nodes.PublishAsync(10);
        await redis.CommandAsync("CONFIG", "SET", "maxmemory", "1mb");
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => nodes.StoreOf(nodes.A).PublishAsync("refused").AsTask());
        Assert.Contains("OOM", refused.Message, StringComparison.Ordinal);
        await redis.CommandAsync("CONFIG", "SET", "maxmemory", "0");
        var after = await nodes.PublishAsync(nodes.B, "after");
        Assert.Equal(before.Offset + 1, after.Offset);
        await nodes.SettleAsync(after);
        Assert.All(nodes.Resets(), Assert.Empty);
        await nodes.FailedAsync<StoreRefusedException>();
    }

    [Theory]
    [Case("RDS-16", "PROC-12")]
    [InlineData("DEL", Meta, "epoch")]
    [InlineData("DEL", Log, "")]
    [InlineData("FLUSHALL", null, "epoch")]
    public async Task Keys_Deleted_ResetWhereMessagesWereLost(string command, string? key, string resets)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        await nodes.ConnectAsync();
        var before = await nodes.PublishAsync(10);
        await nodes.SettleAsync(before);
        await redis.CommandAsync(key is null ? [command] : [command, key]);
        await nodes.SettleAsync(await nodes.PublishAsync(10, "after"));
        Assert.All(nodes.Resets(), seen => Assert.Equal(resets, seen));
        await using var fresh = await TwoNodes.StartNodeAsync(redis.ConnectionString);
        var late = nodes.Ledger.Subscriber("late", "SSE", before.ToString());
        await using var client = await LedgerClients.SseAsync(fresh, TwoNodes.Store, late, before.ToString());
        await nodes.SettleAsync(await nodes.PublishAsync(2, "last"));
        Assert.Equal(resets == "" ? "expired" : resets, Assert.Single(late.Records.OfType<ResetRecord>()).Reason);
        Assert.Equal(resets == "" ? 0 : 3, nodes.Metrics.Sum("resets"));
    }

    [Fact]
    [Case("RDS-22", "PROC-12")]
    public async Task Publish_AnswerLostAndRepeatedWithItsKey_StoresOnce()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var proxy = ChaosProxy.Start(redis.Port);
        await using var nodes = await TwoNodes.StartAsync(RedisProcess.ConnectionStringFor(proxy.Port), redis.ConnectionString);
        await nodes.ConnectAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(10));
        proxy.CutReplyTo("payment-17"u8);
        var once = new PublishOptions { IdempotencyKey = "payment-17" };
        var unknown = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => nodes.StoreOf(nodes.A).PublishAsync("once", once).AsTask());
        Assert.True(unknown.MayBeStored);
        var retried = await nodes.StoreOf(nodes.B).PublishAsync("once", once).WithTimeout();
        nodes.Ledger.Published(retried.ToString(), "once");
        await nodes.SettleAsync(retried);
        Assert.Equal(11, retried.Offset);
        Assert.Equal(11L, await redis.CommandAsync("XLEN", Log));
        Assert.All(nodes.Resets(), Assert.Empty);
        await nodes.FailedAsync<StoreUnavailableException>();
    }
}
