using Microsoft.Extensions.Logging.Testing;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.StackExchangeRedis;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

public sealed class ClusterTests
{
    private static readonly MessageLogLimits Limits = new(100, 1 << 20);

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

    /// <summary>Regression: the kind of server is unknown before a connection, and the store stayed on the plain channel.</summary>
    [Fact]
    [Case("RDS-26")]
    public async Task Cluster_StoreFollowedBeforeTheConnectionIsMade_IsOnTheShardedChannel()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var publisher = TestBackplane.Create(cluster.ConnectionString, "tornadose");
        await using (var published = publisher.Open("first", Limits))
            await AppendAsync(published, "first");
        Assert.Contains("sharded", await EachAsync(cluster, "HGET", "{tornadose:first}:meta", "bus"));
        await using var reader = TestBackplane.Create(cluster.ConnectionString, "tornadose");
        await using var channel = reader.Open("second", Limits);
        using var following = await channel.FollowAsync(default).WithTimeout();
        var channels = await EachAsync(cluster, "PUBSUB", "SHARDCHANNELS");
        Assert.Contains("{tornadose:second}", channels.SelectMany(static found => (object?[])found!));
        Assert.Contains("sharded", await EachAsync(cluster, "HGET", "{tornadose:second}:meta", "bus"));
    }

    [Fact]
    [Case("RDS-26")]
    public async Task Cluster_ShardDead_OtherStoresAreCheckedAndTheConnectionStays()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await EachAsync(cluster, "CONFIG", "SET", "cluster-require-full-coverage", "no");
        var logs = new FakeLogCollector();
        RedisBackplaneOptions? current = null;
        await using var backplane = TestBackplane.Create(
            cluster.ConnectionString, "tornadose", options => current = options, new FakeLogger(logs));
        var channels = new List<(RedisBackplaneChannel Channel, IDisposable Following)>();
        for (var i = 0; i < 9; i++)
        {
            var channel = (RedisBackplaneChannel)backplane.Open($"store-{i}", Limits);
            await AppendAsync(channel, "first");
            channels.Add((channel, await channel.FollowAsync(default).WithTimeout()));
        }

        var dead = await OwnerAsync(cluster, "store-0");
        var alive = new List<(string Store, RedisProcess Node)>();
        foreach (var (store, _) in channels)
            if (await OwnerAsync(cluster, store.Store) is var node && node != dead)
                alive.Add((store.Store, node));
        current!.CommandTimeout = TimeSpan.FromSeconds(2);
        await dead.KillAsync();
        for (var round = 2; round < 6; round++)
        {
            foreach (var (store, node) in alive)
                await node.CommandAsync("EVAL", Script.Quiet, 2, $"{{tornadose:{store}}}:meta", $"{{tornadose:{store}}}:log", "quiet");
            await Eventually.TrueAsync(() => alive.All(
                entry => channels.Single(channel => channel.Channel.Store == entry.Store).Channel.Log.Position.Offset == round));
        }

        await Eventually.TrueAsync(() => Count(logs, "Redis did not answer in time") >= 4);
        Assert.Equal(0, Count(logs, "The connection to Redis is replaced"));
        Assert.NotNull(await backplane.FindFaultAsync(default));
        foreach (var (channel, following) in channels)
        {
            following.Dispose();
            await channel.DisposeAsync();
        }
    }

    private static int Count(FakeLogCollector logs, string text) =>
        logs.GetSnapshot().Count(entry => entry.Message.StartsWith(text, StringComparison.Ordinal));

    private static async Task<RedisProcess> OwnerAsync(RedisCluster cluster, string store)
    {
        var keys = await EachAsync(cluster, "KEYS", $"{{tornadose:{store}}}:meta");
        return cluster.Nodes[Array.FindIndex(keys, static found => ((object?[])found!).Length > 0)];
    }

    private static Task<object?[]> EachAsync(RedisCluster cluster, params object[] command) =>
        Task.WhenAll(cluster.Nodes.Select(async node =>
    {
        try
        {
            return await node.CommandAsync(command);
        }
        catch (RespException)
        {
            return null; // another node owns it
        }
    }));

    private static async Task<int> CallsAsync(RedisCluster cluster, string command) =>
        (await Task.WhenAll(cluster.Nodes.Select(node => node.CallsAsync(command)))).Sum();

    private static async Task ExchangeAsync(IBackplane one, IBackplane two, string store)
    {
        await using var from = one.Open(store, Limits);
        await using var to = two.Open(store, Limits);
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
