using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Two nodes without any fault.</summary>
public sealed class TwoNodesTests(RedisFixture redis)
{
    [Fact]
    [Case("RDS-01")]
    public async Task Publish_AlternatelyOnBothNodesAndByScript_SixSubscribersSeeTheSameOnce()
    {
        var server = await redis.GetAsync();
        var prefix = redis.NewPrefix();
        await using var nodes = await TwoNodes.StartAsync(server.ConnectionString, configure: options => options.KeyPrefix = prefix);
        await nodes.ConnectAsync();
        for (var i = 0; i < 50; i++)
        {
            await nodes.PublishAsync(nodes.A, $"a {i}");
            await nodes.PublishAsync(nodes.B, $"b {i}");
            var id = (string)(
                await server.CommandAsync("EVAL", Script.Append, 2, $"{{{prefix}:orders}}:meta", $"{{{prefix}:orders}}:log", $"c {i}"))!;
            nodes.Ledger.Published(id, $"c {i}");
        }

        await nodes.SettleAsync(await nodes.PublishAsync(nodes.A, "last"));
        Assert.All(nodes.Resets(), Assert.Empty);
        Assert.All(nodes.Subscribers, subscriber => Assert.Equal(151, subscriber.Count));
        nodes.A.Logs.AssertNoErrors();
        nodes.B.Logs.AssertNoErrors();
    }

    [Fact]
    [Case("RDS-20", "PROC-12")]
    public async Task Resume_OnTheOtherNode_ContinuesWithoutGapOrDuplicate()
    {
        var server = await redis.GetAsync();
        var prefix = redis.NewPrefix();
        await using var nodes = await TwoNodes.StartAsync(server.ConnectionString, configure: options => options.KeyPrefix = prefix);
        var subscriber = nodes.Ledger.Subscriber("moving", "SSE");
        await using (await LedgerClients.SseAsync(nodes.A, TwoNodes.Store, subscriber))
        {
            var seen = await nodes.PublishAsync(20);
            await nodes.SettleAsync(seen);
        }

        await nodes.PublishAsync(20, "between");
        subscriber.Connected("hub", subscriber.LastId);
        using var resumes = MetricsRecorder.Of(nodes.B, "resumes");
        await using var hub = await LedgerClients.HubAsync(nodes.B, TwoNodes.Store, subscriber, subscriber.LastId);
        await nodes.SettleAsync(await nodes.PublishAsync(20, "after"));
        Assert.Equal(60, subscriber.Count);
        Assert.Equal(1, resumes.Sum("resumes", "result=resumed"));
    }
}
