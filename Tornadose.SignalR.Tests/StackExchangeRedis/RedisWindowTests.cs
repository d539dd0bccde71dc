using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.StackExchangeRedis;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>How much of a log a node reads, and how long Redis and the node keep it.</summary>
public sealed class RedisWindowTests(RedisFixture redis)
{
    private static readonly TimeSpan Age = TimeSpan.FromHours(1);

    [Fact]
    public async Task Follow_AfterPagesOfExpiredMessages_HasTheFreshOnes()
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        for (var i = 0; i < 3; i++)
            await AppendAsync(server, prefix, $"old {i}", TimeSpan.FromHours(2));
        await ManyAsync(server, prefix, 2500, TimeSpan.FromHours(2));
        for (var i = 0; i < 5; i++)
            await AppendAsync(server, prefix, $"fresh {i}");
        await using var backplane = TestBackplane.Create(server.ConnectionString, prefix);
        await using var channel = backplane.Open("orders", new MessageLogLimits(4096, 16 << 20, Age));
        using var following = await channel.FollowAsync(default).WithTimeout();
        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"fresh {i}"), Texts(channel));
    }

    [Fact]
    public async Task Follow_AgainAfterHours_LeavesOutWhatIsTooOldAndSaysSo()
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        await using var backplane = TestBackplane.Create(server.ConnectionString, prefix, options => options.Linger = TimeSpan.Zero);
        await using var channel = (RedisBackplaneChannel)backplane.Open("orders", new MessageLogLimits(4096, 16 << 20, Age));
        using (await channel.FollowAsync(default).WithTimeout())
            await AppendAsync(server, prefix, "seen");
        await Eventually.TrueAsync(() => !channel.Follower.IsFollowed);
        await AppendAsync(server, prefix, "too old", TimeSpan.FromHours(2));
        await AppendAsync(server, prefix, "fresh", TimeSpan.FromMinutes(50));
        using var following = await channel.FollowAsync(default).WithTimeout();
        Assert.Equal(["fresh"], Texts(channel));
    }

    [Fact]
    public async Task MaxAge_StoreThatNobodyPublishesTo_IsTakenOutOfRedis()
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        await using var backplane = TestBackplane.Create(server.ConnectionString, prefix);
        await using var channel = backplane.Open("orders", new MessageLogLimits(4096, 16 << 20, Age));
        await channel.AppendAsync(new MessageContent("fresh"u8.ToArray(), MessageFormat.Text, null), null, default);
        await AppendAsync(server, prefix, "old", TimeSpan.FromHours(2));
        await Eventually.TrueAsync(async () => await server.CommandAsync("XLEN", Log(prefix)) is 1L);
        Assert.InRange((long)(await server.CommandAsync("PTTL", Log(prefix)))!, 1, (long)Age.TotalMilliseconds);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task MaxAge_SwitchedOff_TakesTheExpiryOffTheLog(bool byAppending)
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        await using var backplane = TestBackplane.Create(server.ConnectionString, prefix);
        await using (var before = backplane.Open("orders", new MessageLogLimits(100, 1 << 20, Age)))
            await before.AppendAsync(new MessageContent("a"u8.ToArray(), MessageFormat.Text, null), null, default);
        Assert.InRange((long)(await server.CommandAsync("PTTL", Log(prefix)))!, 1, (long)Age.TotalMilliseconds);
        await using var after = backplane.Open("orders", new MessageLogLimits(100, 1 << 20));
        if (byAppending)
            await after.AppendAsync(new MessageContent("b"u8.ToArray(), MessageFormat.Text, null), null, default);
        else
            (await after.FollowAsync(default).WithTimeout()).Dispose();
        Assert.Equal(-1L, await server.CommandAsync("PTTL", Log(prefix)));
    }

    /// <summary>Regression: a window of 40 MB came in one reply, on the connection that publishes use.</summary>
    [Fact]
    public async Task Follow_LargeMessages_ReadsPagesOfBoundedBytesAndNoMoreThanTheCopyKeeps()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var backplane = TestBackplane.Create(server.ConnectionString, "tornadose", TestBackplane.Slow);
        await using var channel = backplane.Open("orders", new MessageLogLimits(4096, 8 << 20));
        var large = new string('x', 200_000);
        for (var i = 0; i < 200; i++)
            await channel.AppendAsync(
                new MessageContent(Encoding.ASCII.GetBytes($"{i} {large}"), MessageFormat.Text, null), null, default);
        await server.CommandAsync("CONFIG", "RESETSTAT");
        using var following = await channel.FollowAsync(default).WithTimeout();
        var kept = Texts(channel);
        Assert.Equal(Enumerable.Range(200 - kept.Count, kept.Count).Select(i => $"{i}"), kept.Select(text => text.Split(' ')[0]));
        Assert.InRange(kept.Count, 40, 42);
        var sent = long.Parse(
            Regex.Match((string)(await server.CommandAsync("INFO", "stats"))!, "total_net_output_bytes:([0-9]+)").Groups[1].Value,
            CultureInfo.InvariantCulture);
        Assert.InRange(sent, 8 << 20, 12 << 20);
        Assert.InRange(await server.CallsAsync("evalsha"), 8, 40); // pages, and a few calls of the node itself
    }

    [Fact]
    public async Task Follow_MessagesLargerThanAPage_AreAllRead()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var backplane = TestBackplane.Create(
            server.ConnectionString, "tornadose", static options => options.CommandTimeout = TimeSpan.FromSeconds(30)); // much data
        await using var channel = backplane.Open("orders", new MessageLogLimits(100, 64 << 20));
        for (var i = 0; i < 6; i++)
            await channel.AppendAsync(
                new MessageContent(
                    Encoding.ASCII.GetBytes(new string((char)('a' + i), 3 << 20)), MessageFormat.Text, null), null, default);
        using var following = await channel.FollowAsync(default).WithTimeout();
        Assert.Equal("abcdef", string.Concat(Texts(channel).Select(text => text[0])));
    }

    /// <summary>Regression: the page size depended on the largest message that there ever was.</summary>
    [Fact]
    public async Task Follow_AfterOneLargeMessage_ReadsPagesOfManySmallOnes()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var backplane = TestBackplane.Create(server.ConnectionString, "tornadose", TestBackplane.Slow);
        await using var channel = backplane.Open("orders", new MessageLogLimits(1000, 16 << 20));
        await channel.AppendAsync(new MessageContent(new byte[3 << 20], MessageFormat.Text, null), null, default);
        await ManyAsync(server, "tornadose", 600, TimeSpan.Zero);
        await server.CommandAsync("CONFIG", "RESETSTAT");
        using var following = await channel.FollowAsync(default).WithTimeout();
        Assert.Equal(601, Texts(channel).Count);
        Assert.InRange(await server.CallsAsync("evalsha"), 1, 20);
    }

    [Theory]
    [InlineData("oldest")]
    [InlineData("newest")]
    public async Task Read_MessagesOfAllSizes_IsBoundedByBytesAndReadsAll(string order)
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        for (var i = 1; i <= 60; i++)
            await AppendAsync(server, prefix, new string('x', i % 20 < 10 ? 10 : 300_000));
        var (first, last, read) = (1, 60, new SortedSet<int>());
        for (var isDone = false; !isDone;)
        {
            var page = (object?[])(await server.CommandAsync(
                "EVAL", RedisScripts.Read, 2, $"{{{prefix}:orders}}:meta", Log(prefix), first, last, order, 1000, 1 << 20))!;
            var entries = ((object?[])page[6]!).Cast<object?[]>().ToList();
            var offsets = entries.Select(entry => int.Parse(((string)entry[0]!).Split('-')[0], CultureInfo.InvariantCulture)).ToList();
            Assert.Equal(offsets.Order(), offsets);
            Assert.InRange(entries.Sum(entry => ((object?[])entry[1]!).Sum(field => ((string)field!).Length)), 1, (1 << 20) + 10_000);
            Assert.Equal(0, read.Count(offsets.Contains));
            read.UnionWith(offsets);
            (first, last) = order == "oldest" ? (offsets[^1] + 1, last) : (first, offsets[0] - 1);
            isDone = page[5] is 1L || first > last;
        }

        Assert.Equal(Enumerable.Range(1, 60), read);
    }

    /// <summary>An idle store keeps no messages, but no reader has missed any.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task MaxAge_NewestMessageIsTakenOutAndTheNextAnnouncementLost_IsNoReset(bool byTending)
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        await using var backplane = TestBackplane.Create(server.ConnectionString, prefix);
        await using var channel = backplane.Open("orders", new MessageLogLimits(4096, 16 << 20, Age));
        using var following = await channel.FollowAsync(default).WithTimeout();
        await AppendAsync(server, prefix, "idle since", byTending ? TimeSpan.FromHours(2) : default);
        await Eventually.TrueAsync(() => channel.Log.Position.Offset == 1);
        var cursor = MessageCursor.Open(channel.Log, SlowConsumerPolicy.Reset, StartAt.Now, newestWins: false);
        if (byTending)
            await Eventually.TrueAsync(async () => await server.CommandAsync("XLEN", Log(prefix)) is 0L);
        else
            await server.CommandAsync("DEL", Log(prefix)); // the whole log expires when nothing is published for that long
        await server.CommandAsync("EVAL", Script.Quiet, 2, $"{{{prefix}:orders}}:meta", Log(prefix), "next", "", "", "", 4096);
        Assert.True(await cursor.WaitToReadAsync().WithTimeout());
        Assert.True(cursor.TryRead(out StoreMessage? message));
        Assert.Equal((null, "next"), (message.Reset, message.GetText()));
    }

    private static string Log(string prefix) => $"{{{prefix}:orders}}:log";

    private static List<string> Texts(IBackplaneChannel channel) =>
        channel.Log.GetSnapshot().Messages.Select(message => message.GetText()).ToList();

    /// <summary>Appends a message with a timestamp in the past.</summary>
    private static async Task AppendAsync(RedisProcess server, string prefix, string text, TimeSpan ago = default)
    {
        var script = Script.Append.Replace(
            "redis.call('TIME')", $"redis.call('TIME'); now[1] = now[1] - {(long)ago.TotalSeconds}", StringComparison.Ordinal);
        Assert.NotEqual(Script.Append, script);
        await server.CommandAsync("EVAL", script, 2, $"{{{prefix}:orders}}:meta", Log(prefix), text, "", "", "", 4096);
    }

    private static async Task ManyAsync(RedisProcess server, string prefix, int count, TimeSpan ago) => await server.CommandAsync(
        "EVAL",
        "local last = redis.call('HGET', KEYS[1], 'offset') "
        + "local at = string.format('%.0f', (redis.call('TIME')[1] - ARGV[2]) * 1000) "
        + "for i = 1, ARGV[1] do last = string.format('%.0f', last + 1) "
        + "redis.call('XADD', KEYS[2], last .. '-7', 'f', 't', 'e', '', 't', at, 'd', 'old') end "
        + "redis.call('HSET', KEYS[1], 'offset', last, 'tag', '00000007')",
        2, $"{{{prefix}:orders}}:meta", Log(prefix), count, (long)ago.TotalSeconds);
}
