using System.Text;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.StackExchangeRedis;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Keyed stores in a cluster whose slots move, and over failovers: a reader's final state is that of Redis.</summary>
public sealed class KeyedFailoverTests
{
    private static readonly MessageLogLimits Limits = new(1, 1 << 20) { MaxKeys = 1000, MaxTombstones = 100 };

    [Fact]
    [Case("RDS-26")]
    public async Task Cluster_SlotMovesUnderLoad_ReaderHasEveryKeyAndNoReset()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var nodes = await Pair.StartAsync(cluster.ConnectionString);
        using var stop = new CancellationTokenSource();
        var load = nodes.LoadAsync(stop.Token);
        for (var move = 0; move < 3; move++)
        {
            await cluster.MoveSlotAsync("{tornadose:orders}:meta");
            await nodes.SetAsync("moved", $"{move}");
        }

        await stop.CancelAsync();
        await load.WithTimeout();
        await nodes.AgreeAsync();
        Assert.DoesNotContain("reset", nodes.Read(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Case("RDS-27")]
    public async Task Failover_WhatWasReplicated_IsKept(bool hasSentinel)
    {
        await using var redis = await ReplicatedRedis.StartAsync();
        await using var sentinel = hasSentinel ? await RedisSentinel.StartAsync(redis.Primary) : null;
        await using var nodes = await Pair.StartAsync(sentinel?.ConnectionString ?? redis.ConnectionString);
        await nodes.ChangeManyAsync(30);
        await nodes.AgreeAsync();
        await redis.UntilReplicatedAsync(await nodes.SetAsync("a", "1"));
        await redis.Primary.KillAsync();
        await PromoteAsync(redis, sentinel);
        await nodes.SetAsync("b", "2");
        await nodes.ChangeManyAsync(30);
        await nodes.AgreeAsync();
        Assert.DoesNotContain("reset", nodes.Read(), StringComparison.Ordinal);
    }

    /// <summary>The reader has seen keys that are lost now: it gets one reset, and then all keys that exist.</summary>
    [Fact]
    [Case("RDS-27")]
    public async Task Failover_ToAReplicaThatLags_OneResetAndTheStateOfTheReplica()
    {
        await using var redis = await ReplicatedRedis.StartAsync();
        await using var nodes = await Pair.StartAsync(redis.ConnectionString);
        await redis.UntilReplicatedAsync(await nodes.SetAsync("kept", "1"));
        await redis.DetachReplicaAsync();
        await nodes.SetAsync("lost", "1");
        await Eventually.TrueAsync(() => nodes.B.Log.FindKey("lost") is not null);
        Assert.Equal("start +kept=1 +lost=1 end", nodes.Read());
        await redis.Primary.KillAsync();
        redis.Replica.Resume();
        await redis.PromoteAsync();
        await nodes.SetAsync("after", "1");
        await Eventually.TrueAsync(() => nodes.B.Log.FindKey("after") is not null);
        Assert.Equal("reset:rollback clear start +kept=1 +after=1 end", nodes.Read());
    }

    private static async Task PromoteAsync(ReplicatedRedis redis, RedisSentinel? sentinel)
    {
        if (sentinel is null)
            await redis.PromoteAsync();
        else
            await sentinel.UntilPrimaryAsync(redis.Replica);
    }

    /// <summary>A node that publishes and a node that is read.</summary>
    private sealed class Pair : IAsyncDisposable
    {
        private readonly Random _random = new(7);
        private readonly RedisBackplane _a;
        private readonly RedisBackplane _b;
        private readonly IBackplaneChannel _channelA;
        private MessageCursor? _cursor;
        private IDisposable? _following;

        private Pair(string connectionString)
        {
            _a = TestBackplane.Create(connectionString, "tornadose");
            _b = TestBackplane.Create(connectionString, "tornadose");
            (_channelA, B) = (_a.Open("orders", Limits), _b.Open("orders", Limits));
        }

        public IBackplaneChannel B { get; }

        public static async Task<Pair> StartAsync(string connectionString)
        {
            var pair = new Pair(connectionString);
            pair._following = await pair.B.FollowAsync(default).WithTimeout();
            pair._cursor = pair.B.Log.OpenCursor(StartAt.Latest);
            return pair;
        }

        public string Read() => _cursor!.ReadChanges();

        /// <summary>Tries until it is stored: Redis may be away for a while.</summary>
        public async Task<MessagePosition> SetAsync(string key, string value)
        {
            MessagePosition? stored = null;
            await Eventually.TrueAsync(
                async () => (stored = await TryAsync(KeyedChange.Set(key, Encoding.UTF8.GetBytes(value)))) is not null);
            return stored!.Value;
        }

        public async Task ChangeManyAsync(int count)
        {
            for (var step = 0; step < count; step++)
                await TryAsync(Any(step));
        }

        public async Task LoadAsync(CancellationToken stop)
        {
            for (var step = 0; !stop.IsCancellationRequested; step++)
                await TryAsync(Any(step));
        }

        /// <summary>Waits until the reader's copy equals that of a node that has just loaded the store.</summary>
        public async Task AgreeAsync()
        {
            using var following = await _channelA.FollowAsync(default).WithTimeout();
            await SetAsync("last", "1");
            await Eventually.TrueAsync(() => State(_channelA) == State(B));
            await _channelA.ChangeAsync(KeyedChange.Remove("last"), null, default).WithTimeout();
            await Eventually.TrueAsync(() => B.Log.FindKey("last") is null);
        }

        public async ValueTask DisposeAsync()
        {
            _cursor?.Dispose();
            _following?.Dispose();
            await _channelA.DisposeAsync();
            await B.DisposeAsync();
            await _a.DisposeAsync();
            await _b.DisposeAsync();
        }

        private static string State(IBackplaneChannel channel) => string.Join(' ', channel.Log.GetSnapshot().Messages
            .Select(static message => $"{message.Position} {message.Key}={message.GetText()}"));

        private KeyedChange Any(int step) => _random.Next(4) == 0
            ? KeyedChange.Remove($"k{_random.Next(20)}")
            : KeyedChange.Set($"k{_random.Next(20)}", Encoding.UTF8.GetBytes($"{step}"));

        private async Task<MessagePosition?> TryAsync(KeyedChange change)
        {
            try
            {
                return await _channelA.ChangeAsync(change, null, default).WithTimeout();
            }
            catch (StoreUnavailableException)
            {
                return null; // it may have been stored all the same
            }
        }
    }
}
