using StackExchange.Redis;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>No order, id or age depends on the clock of a node.</summary>
[Case("RDS-29")]
public sealed class ClockTests
{
    private static readonly TimeSpan Wrong = TimeSpan.FromHours(1);

    [Fact]
    public async Task Nodes_ClocksTwoHoursApart_AgreeOnOrderIdsAndAge()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = new TwoNodes(await StartAsync(redis, Wrong), await StartAsync(redis, -Wrong));
        await nodes.ConnectAsync();
        var aging = new[] { nodes.A, nodes.B }.Select(host => host.Get<IStoreProvider>().GetStore(TwoNodes.Aging)).ToArray();
        using var onA = await aging[0].FollowAsync();
        for (var i = 0; i < 10; i++)
            await aging[i % 2].PublishAsync($"{i}").WithTimeout();
        await nodes.SettleAsync(await nodes.PublishAsync(100));
        Assert.All(nodes.Resets(), Assert.Empty);
        Assert.Equal(0, nodes.Metrics.Sum("resets"));
        Assert.All(nodes.Subscribers, subscriber => Assert.Equal(100, subscriber.Count));
        using var onB = await aging[1].FollowAsync(); // reads what was written before it followed
        await Eventually.TrueAsync(() => aging.All(store => store.GetSnapshot().Messages.Count == 10));
        Assert.Equal(aging[0].Position, aging[1].Position);
    }

    /// <summary>The script asks Redis for the time only to stamp the entry, for <c>MaxAge</c>. Here it gets a wrong one.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(-3)]
    public async Task Redis_ClockJumpsBetweenMessages_NothingIsNoticed(int hours)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        await nodes.ConnectAsync();
        var first = await nodes.PublishAsync(nodes.A, "first");
        var shifted = Script.Append.Replace(
            "redis.call('TIME')", $"redis.call('TIME'); now[1] = now[1] + {hours * 3600}", StringComparison.Ordinal);
        Assert.NotEqual(Script.Append, shifted);
        for (var i = 0; i < 20; i++)
        {
            var id = (string)(await redis.CommandAsync(
                "EVAL", i % 2 == 0 ? shifted : Script.Append, 2, "{tornadose:orders}:meta", "{tornadose:orders}:log", $"{i}"))!;
            nodes.Ledger.Published(id, $"{i}");
        }

        await using var late = await TwoNodes.StartNodeAsync(redis.ConnectionString);
        var subscriber = nodes.Ledger.Subscriber("late", "SSE", first.ToString());
        await using var client = await LedgerClients.SseAsync(late, TwoNodes.Store, subscriber, first.ToString());
        await nodes.SettleAsync(await nodes.PublishAsync(nodes.B, "last"));
        Assert.All(nodes.Resets(), Assert.Empty);
        Assert.Equal(21, subscriber.Count);
    }

    private static Task<TestHost> StartAsync(RedisProcess redis, TimeSpan shift) =>
        TwoNodes.StartNodeAsync(ConfigurationOptions.Parse(redis.ConnectionString), clock: new ShiftedTimeProvider(shift));
}
