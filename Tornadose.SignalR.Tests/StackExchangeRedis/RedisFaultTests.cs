using System.Diagnostics;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>
/// The rest of the catalogue: slow networks, a server that has become a replica, restricted users, stores beside a slow one.
/// </summary>
public sealed class RedisFaultTests
{
    [Theory]
    [Case("RDS-23", "PROC-12")]
    [InlineData(5, 0)]
    [InlineData(50, 0)]
    [InlineData(200, 0)]
    [InlineData(5, 0.01)]
    public async Task Network_SlowOrLossy_OrderHoldsAndPublishesArePipelined(int milliseconds, double loss)
    {
        const int Count = 400; // no more than the store keeps; otherwise a node that is delayed could rightly get a reset
        await using var redis = await RedisProcess.StartAsync();
        await using var proxy = ChaosProxy.Start(redis.Port);
        await using var nodes = await TwoNodes.StartAsync(RedisProcess.ConnectionStringFor(proxy.Port), redis.ConnectionString);
        await nodes.ConnectAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(10));
        (proxy.Delay, proxy.Loss) = (TimeSpan.FromMilliseconds(milliseconds), loss);
        var published = await Task.WhenAll(Enumerable.Range(0, Count).Select(i => nodes.PublishAsync(nodes.A, $"slow {i}")));
        await nodes.SettleAsync(published.MaxBy(position => position.Offset));
        Assert.Equal(Count, published.Distinct().Count());
        Assert.DoesNotContain("expired", nodes.Resets());
        // each took a round trip, less the amount by which timers fire early
        Assert.True(nodes.Metrics.Sum("publish.duration", "store=orders") > Count * milliseconds / 1000.0);
    }

    [Fact]
    [Case("RDS-24", "PROC-12")]
    public async Task Network_TooNarrowForTheWindowInOneAnswer_IsReadInParts()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var proxy = ChaosProxy.Start(redis.Port);
        await using var nodes = await TwoNodes.StartAsync(RedisProcess.ConnectionStringFor(proxy.Port), redis.ConnectionString);
        await nodes.ConnectAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(10));
        TwoNodes.SetCommandTimeout(nodes.A, TimeSpan.FromMilliseconds(500));
        proxy.Stop();
        var large = new string('x', 20_000);
        for (var i = 0; i < 80; i++)
            await nodes.PublishAsync(nodes.B, $"{i} {large}");
        proxy.BytesPerSecond = 1_000_000;
        proxy.Listen();
        await nodes.SettleAsync(await nodes.PublishAsync(nodes.B, "last"));
        Assert.All(nodes.Resets(), Assert.Empty);
        await nodes.MovedAsync("backplane.backfilled");
    }

    [Fact]
    [Case("RDS-28", "PROC-12")]
    public async Task Redis_BecomesAReplica_PublishesFailAndRecover()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var other = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        await nodes.ConnectAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(10));
        await redis.CommandAsync("CONFIG", "SET", "replica-serve-stale-data", "yes");
        await redis.CommandAsync("REPLICAOF", "127.0.0.1", $"{RedisProcess.FreePort()}");
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => nodes.StoreOf(nodes.A).PublishAsync("read-only").AsTask());
        Assert.False(failure.MayBeStored);
        await redis.CommandAsync("REPLICAOF", "NO", "ONE");
        await Eventually.TrueAsync(async () => await nodes.TryPublishAsync(nodes.A, "healed") is not null);
        await nodes.SettleAsync(await nodes.PublishAsync(10, "after"));
        Assert.All(nodes.Resets(), Assert.Empty);
        await nodes.FailedAsync<StoreUnavailableException>();
    }

    [Fact]
    [Case("RDS-31")]
    public async Task User_WithTheDocumentedRights_IsEnough()
    {
        await using var redis = await RedisProcess.StartAsync();
        var rights = await AclAsync();
        await redis.CommandAsync(["ACL", "SETUSER", "default", .. rights]);
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString + ",password=secret");
        await nodes.A.Get<IStoreProvider>().GetStore("weather").PublishAsync("kept");
        Assert.Equal("kept", (await nodes.B.Get<IStoreProvider>().GetStore("weather").GetLatestAsync())?.GetText());
        await KeyedWithRightsAsync(redis.ConnectionString + ",password=secret");
        await nodes.ConnectAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(20));
        var once = new PublishOptions { IdempotencyKey = "once" };
        Assert.Equal(await nodes.StoreOf(nodes.A).PublishAsync("x", once), await nodes.StoreOf(nodes.B).PublishAsync("x", once));
    }

    [Fact]
    [Case("RDS-33", "PROC-12")]
    public async Task Store_OfAWrongType_LeavesOthersAlone()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        await redis.CommandAsync("SET", "{tornadose:weather}:meta", "poison");
        await using var poisoned = await RawSse.OpenAsync(nodes.A.Url("/stores/weather"));
        await nodes.ConnectAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(50));
        Assert.All(nodes.Resets(), Assert.Empty);
        await Assert.ThrowsAsync<StoreRefusedException>(
            () => nodes.A.Get<IStoreProvider>().GetStore("weather").PublishAsync("refused").AsTask());
        await nodes.FailedAsync<StoreRefusedException>();
    }

    [Fact]
    [Case("RDS-34", "PROC-12")]
    public async Task Nemesis_SeededFaultsOneAfterTheOther_LedgerIsClean()
    {
        var seed = Environment.GetEnvironmentVariable("TORNADOSE_SEED") is { } given
            ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        var seconds = Environment.GetEnvironmentVariable("TORNADOSE_NEMESIS_SECONDS") is { } length
            ? int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)
            : 10;
        TestContext.Current.TestOutputHelper?.WriteLine($"TORNADOSE_SEED={seed}");
        var random = new Random(seed);
        string[] durable = ["--appendonly", "yes", "--appendfsync", "always"];
        await using var redis = await RedisProcess.StartAsync(durable);
        await using var proxy = ChaosProxy.Start(redis.Port);
        await using var nodes = await TwoNodes.StartAsync(RedisProcess.ConnectionStringFor(proxy.Port), redis.ConnectionString);
        await nodes.ConnectAsync();
        using var stop = new CancellationTokenSource();
        var load = nodes.LoadAsync(stop.Token);
        var cuts = 0;
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(seconds);)
            cuts += await FaultAsync(random, redis, proxy, durable) ? 1 : 0;
        await stop.CancelAsync();
        await load.WithTimeout();
        await nodes.HealedAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(nodes.B, "last"));
        Assert.All(nodes.Resets(), Assert.Empty);
        if (cuts > 0)
            await nodes.MovedAsync("backplane.reconnects");
    }

    /// <returns>Whether it has cut the first node's connections.</returns>
    private static async Task<bool> FaultAsync(Random random, RedisProcess redis, ChaosProxy proxy, string[] durable)
    {
        var fault = random.Next(6);
        switch (fault)
        {
            case 0:
                await redis.CommandAsync("CLIENT", "KILL", "TYPE", "pubsub");
                break;
            case 1:
                proxy.DropMessages(random.Next(1, 20));
                break;
            case 2:
                proxy.CutAll();
                break;
            case 3:
                redis.Suspend();
                await Task.Delay(random.Next(50, 500));
                redis.Resume();
                break;
            case 4:
                proxy.Delay = TimeSpan.FromMilliseconds(random.Next(0, 20));
                break;
            default:
                await redis.KillAsync();
                await redis.RestartAsync(durable);
                break;
        }

        await Task.Delay(random.Next(50, 500));
        return fault is 0 or 2 or 5;
    }

    /// <summary>Runs every operation of a keyed store in Redis.</summary>
    private static async Task KeyedWithRightsAsync(string connection)
    {
        var limits = new MessageLogLimits(1, 1 << 20) { MaxKeys = 10 };
        await using var backplane = TestBackplane.Create(connection, "tornadose");
        await using var channel = backplane.Open("machines", limits);
        using var following = await channel.FollowAsync(default).WithTimeout();
        using var cursor = channel.Log.OpenCursor(StartAt.Latest);
        foreach (var key in new[] { "a", "b", "a", "c" })
            Assert.NotNull(await channel.ChangeAsync(KeyedChange.Set(key, "1"u8.ToArray()), "once", default).WithTimeout());
        foreach (var key in new[] { "d", "e" })
            await channel.ChangeAsync(KeyedChange.Set(key, "1"u8.ToArray()), null, default).WithTimeout();
        foreach (var key in new[] { "d", "e" })
            await channel.ChangeAsync(KeyedChange.Remove(key), null, default).WithTimeout();
        await channel.ChangeAsync(KeyedChange.Set("e", "1"u8.ToArray()), null, default).WithTimeout();
        await channel.ChangeAsync(KeyedChange.Clear, null, default).WithTimeout();
        var end = await channel.AppendAsync(MessageContent.End, null, default).WithTimeout();
        await Eventually.TrueAsync(() => channel.Log.Position == end);
        Assert.Equal(8, end.Offset);
        Assert.EndsWith("clear end", cursor.ReadChanges(), StringComparison.Ordinal);
        await using var aging = backplane.Open("sensors", limits with { KeyMaxAge = TimeSpan.FromMilliseconds(1) });
        using var followed = await aging.FollowAsync(default).WithTimeout();
        await aging.ChangeAsync(KeyedChange.Set("a", "1"u8.ToArray()), null, default).WithTimeout();
        await Eventually.TrueAsync(() => aging.Log.Position.Offset == 2);
    }

    /// <summary>The rights that docs/redis.md lists, which keeps the document correct.</summary>
    private static async Task<string[]> AclAsync()
    {
        var lines = await File.ReadAllLinesAsync(Repository.File("docs/redis.md"));
        var line = lines.Single(text => text.StartsWith("ACL SETUSER tornadose ", StringComparison.Ordinal));
        return ["reset", .. line["ACL SETUSER tornadose ".Length..].Split(' ')];
    }
}
