using System.Text;
using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>What a Redis user can do with the rights to PUBLISH and to SUBSCRIBE, but without access to any key.</summary>
public sealed class ForgeryTests
{
    [Fact, Case("SEC-20")]
    public async Task Announcement_RepublishedWithOtherDataWhileANodeBeginsToFollow_IsRefused()
    {
        await using var redis = await RedisProcess.StartAsync();
        await redis.CommandAsync(
            "ACL", "SETUSER", "mallory", "on", ">secret", "resetkeys", "allchannels", "+publish", "+subscribe", "+unsubscribe", "+ping",
            "+echo", "+info", "+hello", "+client");
        await using var honest = TestBackplane.Create(redis.ConnectionString, "tornadose");
        await using var writer = honest.Open("orders", new MessageLogLimits(100, 1 << 20));
        using var mallory = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString + ",user=mallory,password=secret");
        var channel = RedisChannel.Literal("{tornadose:orders}");
        var forged = Array.Empty<byte>();
        await mallory.GetSubscriber().SubscribeAsync(channel, (_, frame) =>
        {
            var text = Encoding.ASCII.GetString((byte[])frame!);
            if (text.EndsWith("true", StringComparison.Ordinal))
                Volatile.Write(ref forged, Encoding.ASCII.GetBytes(text[..^4] + "fake"));
        });
        using var stop = new CancellationTokenSource();
        var attack = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await mallory.GetSubscriber().PublishAsync(channel, Volatile.Read(ref forged));
        });
        for (var round = 0; round < 10; round++)
        {
            await using var node = TestBackplane.Create(redis.ConnectionString, "tornadose");
            await using var reader = node.Open("orders", new MessageLogLimits(100, 1 << 20));
            var following = reader.FollowAsync(default).WithTimeout();
            var top = await AppendAsync(writer, "true");
            using var followed = await following;
            await Eventually.TrueAsync(() => reader.Log.Position == top);
            Assert.All(reader.Log.GetSnapshot().Messages, message => Assert.Equal("true", message.GetText()));
        }

        await stop.CancelAsync();
        await attack.WithTimeout();
    }

    [Fact, Case("SEC-20")]
    public async Task BarePublish_LargerThanMessagesMayBe_IsDropped()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        await using var stream = await RawSse.OpenAsync(nodes.A.Url("/stores/orders"));
        await stream.UntilAsync(reader => reader.ReconnectionTime is not null);
        await redis.CommandAsync(
            "PUBLISH", "{tornadose:orders}",
            new string(
                'x', nodes.StoreOf(nodes.A) is Tornadose.SignalR.Stores.MessageStore store ? store.Options.MaxMessageBytes + 1 : 0));
        await redis.CommandAsync("PUBLISH", "{tornadose:orders}", "small");
        Assert.Equal("small", (await stream.NextAsync()).Data);
        Assert.Equal(1, nodes.Metrics.Sum("backplane.refused"));
    }

    [Fact, Case("SEC-20")]
    public async Task BarePublish_MoreThanTheWindowAtOnce_LeavesResumableWhatWasPublished()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync(redis.ConnectionString);
        using var following = await nodes.StoreOf(nodes.A).OpenCursorAsync(StartAt.Now);
        var first = await nodes.PublishAsync(nodes.A, "first");
        var last = await nodes.PublishAsync(50);
        for (var i = 0; i < 3 * TwoNodes.Capacity; i++)
            await redis.CommandAsync("PUBLISH", "{tornadose:orders}", "flood");
        await using var resumed = await RawSse.OpenAsync(nodes.A.Url($"/stores/orders?after={first}"));
        Assert.Equal(last.ToString(), (await resumed.TakeAsync(50))[^1].Id);
    }

    private static Task<MessagePosition> AppendAsync(IBackplaneChannel channel, string text) =>
        channel.AppendAsync(new MessageContent(Encoding.UTF8.GetBytes(text), MessageFormat.Text, null), null, default).WithTimeout();
}
