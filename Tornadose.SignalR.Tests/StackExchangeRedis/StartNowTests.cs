using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>A start from now means from the call on, even on a node whose copy is behind.</summary>
public sealed class StartNowTests
{
    [Fact]
    public async Task OpenCursor_NowOnACopyThatIsBehind_DeliversNothingOlder()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var proxy = ChaosProxy.Start(redis.Port);
        await using var nodes = await TwoNodes.StartAsync(RedisProcess.ConnectionStringFor(proxy.Port), redis.ConnectionString, options =>
        {
            options.ProbeInterval = Timeout.InfiniteTimeSpan;
            options.SyncInterval = TimeSpan.FromMinutes(10);
        });
        var store = nodes.StoreOf(nodes.A);
        using var reader = await store.OpenCursorAsync(StartAt.Now);
        proxy.DropMessages(int.MaxValue);
        for (var i = 0; i < 20; i++)
            await nodes.PublishAsync(nodes.B, $"old {i}");
        await Eventually.TrueAsync(() => proxy.Dropped == 20);
        proxy.DropMessages(0);
        using var cursor = await store.OpenCursorAsync(StartAt.Now);
        await nodes.PublishAsync(nodes.B, "new");
        Assert.True(await cursor.WaitToReadAsync().WithTimeout());
        Assert.True(cursor.TryRead(out StoreMessage? message));
        Assert.Equal("new", message.GetText());
    }

    [Fact]
    public async Task OpenCursor_NowWhileRedisIsAway_Completes()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        using var reader = await nodes.StoreOf(nodes.A).OpenCursorAsync(StartAt.Now);
        await redis.KillAsync();
        using var cursor = await nodes.StoreOf(nodes.A).OpenCursorAsync(StartAt.Now).WithTimeout();
        Assert.False(cursor.TryRead(out StoreMessage? _));
    }
}
