using System.Globalization;
using System.Text.RegularExpressions;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

public sealed class ClusterTests
{
    [Fact]
    [Case("RDS-26")]
    public async Task Cluster_StoresInManySlots_AreTheSameOnBothNodes()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var one = TestBackplane.Create(cluster.ConnectionString, "tornadose");
        await using var two = TestBackplane.Create(cluster.ConnectionString, "tornadose");
        for (var store = 0; store < 9; store++)
            await ExchangeAsync(one, two, $"store-{store}");
        var sizes = await Task.WhenAll(cluster.Nodes.Select(node => node.CommandAsync("DBSIZE")));
        Assert.All(sizes, size => Assert.NotEqual(0L, size));
    }

    [Fact]
    [Case("RDS-26", "PROC-12")]
    public async Task Cluster_SlotMovesToAnotherNodeUnderLoad_NothingIsLost()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(cluster.ConnectionString);
        await nodes.ConnectAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(20));
        using var stop = new CancellationTokenSource();
        var load = nodes.LoadAsync(stop.Token);
        for (var i = 0; i < 3; i++)
        {
            await cluster.MoveSlotAsync("{tornadose:orders}:log");
            await nodes.HealedAsync();
        }

        await stop.CancelAsync();
        await load.WithTimeout();
        await nodes.SettleAsync(await nodes.PublishAsync(20, "after"));
        Assert.All(nodes.Resets(), Assert.Empty);
        await nodes.MovedAsync("messages.published", "store=orders");
    }

    /// <summary>A plain message goes to every node of a cluster.</summary>
    [Fact]
    [Case("RDS-26")]
    public async Task Cluster_OfRedis7_AnnouncesOnShardedChannelsAndHearsPlainPublishes()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(cluster.ConnectionString);
        await nodes.ConnectAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(20));
        foreach (var node in cluster.Nodes)
            await node.CommandAsync("CONFIG", "RESETSTAT");
        await nodes.SettleAsync(await nodes.PublishAsync(50, "sharded"));
        Assert.Equal(50, await CallsAsync(cluster, "spublish"));
        Assert.Contains(nodes.A.Logs.GetSnapshot(), entry => entry.Message.Contains("SPUBLISH", StringComparison.Ordinal));
        nodes.Ledger.Uncertain("plain");
        foreach (var node in cluster.Nodes)
            await node.CommandAsync("PUBLISH", "{tornadose:orders}", "plain");
        await Eventually.TrueAsync(() => nodes.Subscribers.All(subscriber => subscriber.Count == 73));
        Assert.All(nodes.Resets(), Assert.Empty);
    }

    private static async Task<int> CallsAsync(RedisCluster cluster, string command)
    {
        var stats = await Task.WhenAll(cluster.Nodes.Select(node => node.CommandAsync("INFO", "commandstats")));
        return stats.Sum(text => Regex.Match((string)text!, $"cmdstat_{command}:calls=([0-9]+)") is { Success: true } calls ? int.Parse(
            calls.Groups[1].Value, CultureInfo.InvariantCulture) : 0);
    }

    private static async Task ExchangeAsync(IBackplane one, IBackplane two, string store)
    {
        await using var from = one.Open(store, new MessageLogLimits(100, 1 << 20));
        await using var to = two.Open(store, new MessageLogLimits(100, 1 << 20));
        await AppendAsync(from, "first");
        using var following = await to.FollowAsync(default).WithTimeout();
        var cursor = MessageCursor.Open(to.Log, SlowConsumerPolicy.Reset, StartAt.Earliest, newestWins: false);
        await AppendAsync(from, "second");
        foreach (var expected in new[] { "first", "second" })
        {
            StoreMessage? message;
            while (!cursor.TryRead(out message))
                Assert.True(await cursor.WaitToReadAsync().WithTimeout());
            Assert.Equal(expected, message.GetText());
        }
    }

    private static Task<MessagePosition> AppendAsync(IBackplaneChannel channel, string text) =>
        channel.AppendAsync(
            new MessageContent(System.Text.Encoding.UTF8.GetBytes(text), MessageFormat.Text, null), text, default).WithTimeout();
}
