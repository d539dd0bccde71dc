using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Completed stores, over several nodes and in Redis.</summary>
public sealed class CompletedStoreTests(RedisFixture redis)
{
    [Fact]
    public async Task Complete_OnOneNode_EndsReadersOfTheOtherAndOutlivesBoth()
    {
        var server = await redis.GetAsync();
        var prefix = redis.NewPrefix();
        string end;
        await using (var nodes = await TwoNodes.StartAsync(server.ConnectionString, configure: options => options.KeyPrefix = prefix))
        {
            var reading = ReadAsync(nodes.StoreOf(nodes.B));
            await nodes.PublishAsync(nodes.A, "first");
            end = (await nodes.StoreOf(nodes.A).CompleteAsync("last")).ToString();
            Assert.EndsWith("last", await reading.WithTimeout(), StringComparison.Ordinal);
            await Assert.ThrowsAsync<StoreCompletedException>(async () => await nodes.StoreOf(nodes.B).PublishAsync("late"));
            await using var back = await RawHttp.SendAsync(
                nodes.B.Url($"/stores/orders?after={end}"), "GET", [("Accept", "text/event-stream")]);
            Assert.Equal(204, back.Status);
        }

        await using var next = await TwoNodes.StartNodeAsync(server.ConnectionString, options => options.KeyPrefix = prefix);
        var snapshot = await next.Get<IStoreProvider>().GetStore("orders").GetSnapshotAsync();
        Assert.Equal((true, end), (snapshot.IsCompleted, snapshot.Id));
        Assert.Equal(["first", "last"], snapshot.Messages.Select(static message => message.GetText()));
    }

    [Fact]
    public async Task Batch_OnOneNode_ComesToReadersOfTheOtherInOrderAndCountsNotAsMissed()
    {
        var server = await redis.GetAsync();
        var prefix = redis.NewPrefix();
        await using var nodes = await TwoNodes.StartAsync(server.ConnectionString, configure: options =>
        {
            TestBackplane.Slow(options);
            options.KeyPrefix = prefix;
        });
        var reading = ReadAsync(nodes.StoreOf(nodes.A));
        await nodes.PublishAsync(nodes.B, "first");
        for (var batch = 0; batch < 2; batch++)
        {
            await nodes.StoreOf(nodes.B).PublishManyAsync(Enumerable.Range(0, 200).Select(number => $"{batch}.{number}"));
            await nodes.StoreOf(nodes.B).PublishAsync($"{batch} alone");
        }

        await nodes.StoreOf(nodes.B).CompleteAsync();
        var expected = Enumerable.Range(0, 2).SelectMany(static batch =>
            (string[])[.. Enumerable.Range(0, 200).Select(number => $"{batch}.{number}"), $"{batch} alone"]);
        Assert.EndsWith(string.Join(' ', expected), await reading.WithTimeout(), StringComparison.Ordinal);
        Assert.Equal(0, nodes.Metrics.Sum("backplane.backfilled"));
    }

    /// <summary>Nodes read all but the last message of a batch from the log.</summary>
    [Fact]
    public async Task Batch_OfAStoreThatKeepsNothing_ComesToItsReaders()
    {
        await using var backplane = TestBackplane.Create((await redis.GetAsync()).ConnectionString, redis.NewPrefix());
        await using var channel = backplane.Open("live", new(0, 1 << 20));
        using var following = await channel.FollowAsync(default).WithTimeout();
        using var cursor = channel.Log.OpenCursor(StartAt.Now);
        var first = await channel.AppendAsync([Content("1"), Content("2"), Content("3")], null, default).WithTimeout();
        await Eventually.TrueAsync(() => channel.Log.Position == first); // the next append removes it from the log
        var end = await channel.AppendAsync([Content("4"), Content("5"), MessageContent.End], null, default).WithTimeout();
        await Eventually.TrueAsync(() => channel.Log.Position == end);
        Assert.StartsWith("1 2 3 4 5", cursor.Read(), StringComparison.Ordinal);
    }

    /// <summary>With the copy's newest message, a batch has exactly as many messages as a reply can hold.</summary>
    [Fact]
    public async Task Batch_ThatFillsAReply_NeedsNoReset()
    {
        await using var backplane = TestBackplane.Create((await redis.GetAsync()).ConnectionString, redis.NewPrefix());
        await using var channel = backplane.Open("orders", new(100_000, 1 << 24));
        using var following = await channel.FollowAsync(default).WithTimeout();
        using var cursor = channel.Log.OpenCursor(StartAt.Now);
        MessagePosition last = default;
        for (var round = 0; round < 20; round++)
        {
            await channel.AppendAsync(Enumerable.Repeat(Content("batch"), 999).ToList(), null, default).WithTimeout();
            last = await channel.AppendAsync(Content("alone"), null, default).AsTask().WithTimeout();
        }

        await Eventually.TrueAsync(() => channel.Log.Position == last);
        Assert.DoesNotContain("reset", cursor.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Complete_DataStore_NodeThatComesLaterHasValueAndEnd()
    {
        var server = await redis.GetAsync();
        var prefix = redis.NewPrefix();
        await using var nodes = await TwoNodes.StartAsync(server.ConnectionString, configure: options => options.KeyPrefix = prefix);
        await nodes.A.WeatherStore().PublishAsync("rain");
        await nodes.A.WeatherStore().CompleteAsync("sun");
        var snapshot = await nodes.B.WeatherStore().GetSnapshotAsync();
        Assert.True(snapshot.IsCompleted);
        Assert.Equal("sun", Assert.Single(snapshot.Messages).GetText());
    }

    [Theory, InlineData(250), InlineData(2000)]
    public async Task Complete_StoreWhoseMessagesAge_EndStaysAndMessagesGo(int syncInterval)
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        var limits = new MessageLogLimits(100, 1 << 20, TimeSpan.FromMilliseconds(200));
        await using (var backplane = TestBackplane.Create(
            server.ConnectionString, prefix, options => options.SyncInterval = TimeSpan.FromMilliseconds(syncInterval)))
        await using (var channel = backplane.Open("aging", limits))
        {
            await channel.AppendAsync([Content("old"), MessageContent.End], null, default).WithTimeout();
            await Eventually.TrueAsync(async () => await server.CommandAsync("XLEN", $"{{{prefix}:aging}}:log") is 1L);
        }

        await using var next = TestBackplane.Create(server.ConnectionString, prefix);
        await using var late = next.Open("aging", limits);
        using var following = await late.FollowAsync(default).WithTimeout();
        Assert.True(late.Log.GetSnapshot() is { IsCompleted: true, Messages.Count: 0 });
        Assert.Equal(-1L, await server.CommandAsync("PTTL", $"{{{prefix}:aging}}:log"));
    }

    [Fact]
    public async Task Complete_StoreOfAFamily_GoesFromRedisAfterItsIdleTimeUnlessItIsRead()
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        var limits = new MessageLogLimits(100, 1 << 20) { KeepCompleted = TimeSpan.FromMinutes(10) };
        await using (var backplane = TestBackplane.Create(server.ConnectionString, prefix))
        await using (var channel = backplane.Open("answers/1", limits))
            await channel.AppendAsync([Content("all"), MessageContent.End], null, default).WithTimeout();
        foreach (var key in new[] { "meta", "log" })
        {
            Assert.InRange((long)(await server.CommandAsync("PTTL", $"{{{prefix}:answers/1}}:{key}"))!, 1, 600_000);
            await server.CommandAsync("PEXPIRE", $"{{{prefix}:answers/1}}:{key}", 60_000);
        }

        await using var next = TestBackplane.Create(server.ConnectionString, prefix);
        await using var read = next.Open("answers/1", limits);
        using (await read.FollowAsync(default).WithTimeout())
            Assert.True(read.Log.HasEnd);
        foreach (var key in new[] { "meta", "log" })
            await Eventually.TrueAsync(
                async () => (long)(await server.CommandAsync("PTTL", $"{{{prefix}:answers/1}}:{key}"))! > 60_000, what: "it was read");
    }

    [Fact]
    public async Task Complete_ByTheScript_IsAnEndToTheNodes()
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        await using var backplane = TestBackplane.Create(server.ConnectionString, prefix);
        await using var channel = backplane.Open("orders", new MessageLogLimits(100, 1 << 20));
        using var following = await channel.FollowAsync(default).WithTimeout();
        string[] keys = [$"{{{prefix}:orders}}:meta", $"{{{prefix}:orders}}:log"];
        await server.CommandAsync("EVAL", Script.Append, 2, keys[0], keys[1], "hello");
        await server.CommandAsync("EVAL", Script.Append, 2, keys[0], keys[1], "", "text", "tornadose.end");
        await Eventually.TrueAsync(() => channel.Log.HasEnd);
        await Assert.ThrowsAsync<StoreCompletedException>(
            () => channel.AppendAsync(Content("late"), null, default).WithTimeout());
        Assert.Equal("hello", Assert.Single(channel.Log.GetSnapshot().Messages).GetText());
    }

    /// <summary>A publisher in another language omits the arguments that the last message does not need.</summary>
    [Fact]
    public async Task Batch_ByTheScriptWithoutItsLastArguments_IsStored()
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        await using var backplane = TestBackplane.Create(server.ConnectionString, prefix);
        await using var channel = backplane.Open("orders", new MessageLogLimits(100, 1 << 20));
        using var following = await channel.FollowAsync(default).WithTimeout();
        using var cursor = channel.Log.OpenCursor(StartAt.Now);
        string[] keys = [$"{{{prefix}:orders}}:meta", $"{{{prefix}:orders}}:log"];
        object[] first = ["one", "text", .. Enumerable.Repeat("", 9)];
        await server.CommandAsync((object[])["EVAL", Script.Append, 2, keys[0], keys[1], .. first, "two"]);
        await server.CommandAsync((object[])["EVAL", Script.Append, 2, keys[0], keys[1], .. first, "two", "text"]);
        await Eventually.TrueAsync(() => channel.Log.Position.Offset == 4);
        Assert.StartsWith("one two one two", cursor.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Complete_StoreThatGetsAMaxAgeLater_KeepsItsEnd()
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        var limits = new MessageLogLimits(100, 1 << 20);
        await using (var backplane = TestBackplane.Create(server.ConnectionString, prefix))
        await using (var channel = backplane.Open("orders", limits))
            await channel.AppendAsync([Content("all"), MessageContent.End], null, default).WithTimeout();
        await using var next = TestBackplane.Create(server.ConnectionString, prefix);
        await using var read = next.Open("orders", limits with { MaxAge = TimeSpan.FromMinutes(1) });
        using var following = await read.FollowAsync(default).WithTimeout();
        await Eventually.TrueAsync(
            async () => Equals(await server.CommandAsync("HGET", $"{{{prefix}:orders}}:meta", "age"), "60000"),
            what: "the node has tended it");
        Assert.Equal(-1L, await server.CommandAsync("PTTL", $"{{{prefix}:orders}}:log"));
    }

    [Fact]
    public async Task Complete_StoreThatIsReadForLong_IsKept()
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        var limits = new MessageLogLimits(100, 1 << 20) { KeepCompleted = TimeSpan.FromMinutes(10) };
        await using var backplane = TestBackplane.Create(server.ConnectionString, prefix);
        await using var channel = backplane.Open("answers/1", limits);
        using var following = await channel.FollowAsync(default).WithTimeout();
        await channel.AppendAsync([Content("all"), MessageContent.End], null, default).WithTimeout();
        foreach (var key in new[] { "meta", "log" })
            await server.CommandAsync("PEXPIRE", $"{{{prefix}:answers/1}}:{key}", 60_000);
        foreach (var key in new[] { "meta", "log" })
            await Eventually.TrueAsync(
                async () => (long)(await server.CommandAsync("PTTL", $"{{{prefix}:answers/1}}:{key}"))! > 60_000, what: "it is read");
    }

    private static MessageContent Content(string text) => new(System.Text.Encoding.UTF8.GetBytes(text), MessageFormat.Text, null);

    private static async Task<string> ReadAsync(IStore store)
    {
        var texts = new List<string>();
        await foreach (var message in store.ReadAllAsync(StartAt.Earliest))
            texts.Add(message.GetText());
        return string.Join(' ', texts);
    }
}
