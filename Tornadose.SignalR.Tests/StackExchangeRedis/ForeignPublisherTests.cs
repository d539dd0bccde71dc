using System.Text;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Programs that do not use this library publish to its stores.</summary>
public sealed class ForeignPublisherTests
{
    private const string Channel = "{tornadose:orders}";
    private const string Meta = Channel + ":meta";
    private const string Log = Channel + ":log";

    [Fact]
    [Case("RDS-17")]
    public async Task BarePublish_BetweenMessages_ReachesEverybodyOnceInItsPlaceWithoutId()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString, configure: TestBackplane.Slow);
        await nodes.ConnectAsync();
        var before = await nodes.PublishAsync(nodes.A, "before");
        await PublishBareAsync(redis, nodes, "hello");
        await nodes.SettleAsync(await nodes.PublishAsync(nodes.B, "after"));
        var expected = new[] { "before", "hello", "after" }.Select(MessageRecord.HashOf);
        Assert.All(
            nodes.Subscribers,
            subscriber => Assert.Equal(expected, subscriber.Records.OfType<MessageRecord>().Select(message => message.Hash)));
        Assert.All(nodes.Subscribers, subscriber => Assert.Null(subscriber.Records.OfType<MessageRecord>().ElementAt(1).Id));
        var late = nodes.Ledger.Subscriber("late", "SSE", before.ToString());
        await using var client = await LedgerClients.SseAsync(nodes.A, TwoNodes.Store, late, before.ToString());
        await nodes.SettleAsync(await nodes.PublishAsync(nodes.A, "last"));
        Assert.Equal(2, late.Count);
    }

    [Fact]
    [Case("RDS-18", "SEC-20", "PROC-12")]
    public async Task BarePublish_AnyBytes_ArriveAsDataOrNotAtAllAndMoveNothing()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString, configure: TestBackplane.Slow);
        await nodes.ConnectAsync();
        var first = await nodes.PublishAsync(nodes.A, "first");
        var epoch = first.ToString().Split('-')[0];
        string[] data = ["", "a\nb\r\nc", new('x', 1 << 20), "{\"a\": 1}", "T1;not a header"];
        foreach (var text in data)
            await PublishBareAsync(redis, nodes, text);
        await redis.CommandAsync("PUBLISH", Channel, new byte[] { 0xff, 0xfe, (byte)'x' });
        nodes.Ledger.Uncertain("\ufffd\ufffdx");
        string[] forged =
        [
            "\u0001T1;", "\u0001T1;;;;;;;", $"\u0001T1;{epoch};2;0badbeef",
            $"\u0001T1;{epoch};2;0badbeef;{first.Tag:x8};0123456789abcdef;t0;;forged",
            $"\u0001T1;{epoch};999999;0badbeef;{first.Tag:x8};0123456789abcdef;t0;;forged",
            $"\u0001T1;{epoch};1;0badbeef;00000000;0123456789abcdef;t0;;forged",
            $"\u0001T1;0123456789abcdef;2;0badbeef;00000000;0123456789abcdef;t0;;forged",
            $"\u0001T1;{epoch};2;0badbeef;{first.Tag:x8};0123456789abcdef;t99999;x",
        ];
        foreach (var text in forged)
            await redis.CommandAsync("PUBLISH", Channel, text);
        await nodes.SettleAsync(await nodes.PublishAsync(nodes.B, "second"));
        Assert.All(nodes.Resets(), Assert.Empty);
        Assert.All(nodes.Subscribers, subscriber => Assert.Equal(2 + data.Length + 1, subscriber.Count));
        Assert.InRange(nodes.Metrics.Sum("backplane.refused"), 1, forged.Length);
        nodes.A.Logs.AssertNoErrors();
    }

    [Fact]
    [Case("RDS-19")]
    public async Task BareAndScript_FromFourProcessesAtOnce_EverybodySeesTheSameOrder()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString, configure: TestBackplane.Slow);
        await nodes.ConnectAsync();
        var script = await nodes.PublishAsync(nodes.A, "first");
        var sha = (string)(await redis.CommandAsync("SCRIPT", "LOAD", Script.Append))!;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(process => CliAsync(redis, nodes, process, sha)));
        var last = await nodes.PublishAsync(nodes.B, "last");
        await Eventually.TrueAsync(() => nodes.Ledger.HasReached(last.ToString()));
        nodes.Ledger.Check(last.ToString());
        Assert.Equal(script.Offset + 101, last.Offset);
        await Eventually.TrueAsync(() => nodes.Subscribers.All(subscriber => subscriber.Count == 202));
        var order = Hashes(nodes.Subscribers[0]);
        Assert.All(nodes.Subscribers, subscriber => Assert.Equal(order, Hashes(subscriber)));

        static IEnumerable<string> Hashes(LedgerSubscriber subscriber) =>
            subscriber.Records.OfType<MessageRecord>().Select(message => message.Hash);
    }

    [Fact]
    public async Task Script_JsonEventTypeAndKey_ArriveAsThemselves()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        await using var stream = await RawSse.OpenAsync(nodes.A.Url("/stores/orders"));
        string[] ids = new string[2];
        for (var i = 0; i < 2; i++)
            ids[i] = (string)(
                await redis.CommandAsync("EVAL", Script.Append, 3, Meta, Log, Channel + ":key:17", "{\"total\":9.5}", "json", "created"))!;
        Assert.Equal(ids[0], ids[1]);
        await redis.CommandAsync("EVAL", Script.Append, 2, Meta, Log, "{\"broken\":", "json", "tornadose.reset");
        Assert.Equal(
            ("created", "{\"total\":9.5}", ids[0]), await stream.NextAsync() is var next ? (next.Type, next.Data, next.Id) : default);
        Assert.Equal("message", (await stream.NextAsync()).Type);
        await using var lines = await RawHttp.GetAsync(
            nodes.A.Url("/stores/orders"), ("Accept", "application/json"), ("Connection", "close"));
        var json = await lines.ReadTextAsync();
        Assert.Contains($"{{\"id\":\"{ids[0]}\",\"event\":\"created\",\"data\":{{\"total\":9.5}}}}", json, StringComparison.Ordinal);
        Assert.Contains("\"data\":\"{\\\"broken\\\":\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Script_FirstOfAll_IsFoundByNodesThatComeLater()
    {
        await using var redis = await RedisProcess.StartAsync();
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
            ids.Add((string)(await redis.CommandAsync("EVAL", Script.Append, 2, Meta, Log, $"early {i}"))!);
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        await using var stream = await RawSse.OpenAsync(nodes.B.Url($"/stores/orders?after={ids[0]}"));
        Assert.Equal("resumed", stream.Http.Header("Tornadose-Resume"));
        Assert.Equal(ids[1..], (await stream.TakeAsync(2)).Select(next => next.Id));
    }

    private static async Task PublishBareAsync(RedisProcess redis, TwoNodes nodes, string text)
    {
        nodes.Ledger.Uncertain(text);
        await redis.CommandAsync("PUBLISH", Channel, text);
    }

    /// <summary>A <c>redis-cli</c> that takes its commands from its input, alternating a bare publish and the script.</summary>
    private static async Task CliAsync(RedisProcess redis, TwoNodes nodes, int process, string sha)
    {
        await using var cli = LineProcess.Start("redis-cli", ["-p", $"{redis.Port}"]);
        for (var i = 0; i < 25; i++)
        {
            nodes.Ledger.Uncertain($"bare-{process}-{i}");
            nodes.Ledger.Uncertain($"script-{process}-{i}");
            await cli.WriteLineAsync($"PUBLISH {Channel} bare-{process}-{i}");
            Assert.NotEmpty(await cli.NextAsync());
            await cli.WriteLineAsync($"EVALSHA {sha} 2 {Meta} {Log} script-{process}-{i}");
            Assert.True(MessagePosition.TryParse(await cli.NextAsync(), out _));
        }
    }
}
