using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

public sealed class TracingTests
{
    [Fact]
    public async Task Publish_Traced_IsFollowedToEachNodeThatReads()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var a = await StartAsync(redis);
        await using var b = await StartAsync(redis);
        await using var readerA = await RawSse.OpenAsync(a.Url("/stores/traced-over-redis"));
        await using var readerB = await RawSse.OpenAsync(b.Url("/stores/traced-over-redis"));
        using var recorder = new ActivityRecorder("traced-over-redis");
        var position = await a.Get<IStoreProvider>().GetStore("traced-over-redis")
            .PublishAsync("héllo", new PublishOptions { EventType = "greeting" });
        Assert.All(
            [await readerA.NextAsync(), await readerB.NextAsync()],
            got => Assert.Equal(("héllo", "greeting", position.ToString()), (got.Data, got.Type, got.LastEventId)));
        await Eventually.TrueAsync(() => recorder.Activities.Count == 3);
        var publish = Assert.Single(recorder.Activities, activity => activity.Kind == ActivityKind.Producer);
        var receives = recorder.Activities.Where(activity => activity.Kind == ActivityKind.Consumer).ToList();
        Assert.Equal(2, receives.Count);
        Assert.All(receives, receive => Assert.Equal(
            (publish.TraceId, publish.SpanId, true), (receive.TraceId, receive.ParentSpanId, receive.HasRemoteParent)));
        Assert.All(receives, receive => Assert.Equal(position.ToString(), receive.GetTagItem("messaging.message.id")));
    }

    [Theory]
    [InlineData("not a context")]
    [InlineData("00-;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;-aaaaaaaaaaaaaaaa-01xx")]
    [InlineData("")]
    public async Task Script_ContextThatIsNone_IsLeftOut(string context)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var node = await StartAsync(redis);
        await using var reader = await RawSse.OpenAsync(node.Url("/stores/traced-over-redis"));
        using var metrics = MetricsRecorder.Of(node);
        var script = await File.ReadAllTextAsync(Repository.File("Tornadose.SignalR.StackExchangeRedis/append.lua"));
        await redis.CommandAsync(
            "EVAL", script, "2", "{tornadose:traced-over-redis}:meta", "{tornadose:traced-over-redis}:log", "hello", "text", "", "", "",
            "",
            context);
        Assert.Equal("hello", (await reader.NextAsync()).Data);
        Assert.Equal((0, 0), (metrics.Sum("backplane.refused"), metrics.Sum("backplane.backfilled")));
    }

    private static Task<TestHost> StartAsync(RedisProcess redis) => TestHost.StartAsync(
        builder => builder.Services.AddTornadose(options => options.DrainWindow = TimeSpan.Zero)
            .AddQueueStore("traced-over-redis").AddStackExchangeRedis(redis.ConnectionString, TestBackplane.Slow),
        app => app.MapStores("/stores"));
}
