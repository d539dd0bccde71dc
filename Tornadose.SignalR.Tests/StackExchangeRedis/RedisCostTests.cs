using System.Globalization;
using System.Text.RegularExpressions;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>The number of commands that a node sends to Redis.</summary>
public sealed class RedisCostTests
{
    [Fact]
    [Case("RDS-25")]
    public async Task Resume_ThousandAtOnce_CausesAtMostTwoRangeReadsANode()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString, configure: TestBackplane.Slow);
        var first = await nodes.PublishAsync(nodes.A, "first");
        var last = await nodes.PublishAsync(400);
        await redis.CommandAsync("CONFIG", "RESETSTAT");
        var store = nodes.StoreOf(nodes.B);
        var counts = await Task.WhenAll(Enumerable.Range(0, 1000).Select(async _ =>
        {
            var count = 0;
            await foreach (var message in store.ReadAllAsync(StartAt.After(first)))
            {
                Assert.Null(message.Reset);
                count++;
                if (message.Position == last)
                    return count;
            }

            return -1;
        })).WithTimeout();
        Assert.All(counts, count => Assert.Equal(400, count));
        const int StepsOfARead = 400 / 16; // the script reads a few entries at a time
        Assert.InRange(await redis.CallsAsync("xrevrange") + await redis.CallsAsync("xrange"), StepsOfARead, 3 * StepsOfARead);
        Assert.Equal(1, await redis.CallsAsync("subscribe"));
    }

    /// <summary>Nodes also look for operator orders as often as they compare positions: not within this test.</summary>
    [Fact]
    public async Task Store_NobodyFollows_CostsTheNodeNothing()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(
            redis.ConnectionString, configure: static options =>
                (options.ProbeInterval, options.SyncInterval) = (Timeout.InfiniteTimeSpan, TimeSpan.FromMinutes(10)));
        await nodes.PublishAsync(10);
        Assert.Empty(await ChannelsAsync(redis));
        await using (await RawSse.OpenAsync(nodes.A.Url("/stores/orders")))
        {
            Assert.Equal(["{tornadose:orders}"], await ChannelsAsync(redis));
        }

        await Eventually.TrueAsync(async () => (await ChannelsAsync(redis)).Count == 0);
        await redis.CommandAsync("CONFIG", "RESETSTAT");
        await nodes.PublishAsync(10);
        Assert.Equal(0, await redis.CallsAsync("xrange"));
    }

    [Fact]
    public async Task Store_LeftAndFollowedAgain_IsUpToDate()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString, configure: options => options.Linger = TimeSpan.Zero);
        var store = nodes.StoreOf(nodes.A);
        using (await store.FollowAsync())
            await nodes.PublishAsync(10);
        await Eventually.TrueAsync(async () => (await ChannelsAsync(redis)).Count == 0);
        var top = await nodes.PublishAsync(nodes.B, "meanwhile");
        using (await store.FollowAsync())
        {
            Assert.Equal(top, store.Position);
            Assert.Equal(11, store.GetSnapshot().Messages.Count);
        }
    }

    [Fact]
    public async Task DataStore_OnTwoNodes_LateSubscriberGetsTheValueFirst()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        var weather = nodes.A.Get<IStoreProvider>().GetStore("weather");
        await weather.PublishAsync("rain");
        await weather.PublishAsync("sun");
        await using var stream = await RawSse.OpenAsync(nodes.B.Url("/stores/weather"));
        Assert.Equal("sun", (await stream.NextAsync()).Data);
        await weather.PublishAsync("wind");
        Assert.Equal("wind", (await stream.NextAsync()).Data);
        Assert.Equal(1L, await redis.CommandAsync("XLEN", "{tornadose:weather}:log"));
    }

    private static async Task<IReadOnlyList<string>> ChannelsAsync(RedisProcess redis) =>
        [.. ((object?[])(await redis.CommandAsync("PUBSUB", "CHANNELS", "{*"))!).Cast<string>()];
}
