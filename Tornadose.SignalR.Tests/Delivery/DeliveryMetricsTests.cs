using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Delivery;

public sealed class DeliveryMetricsTests : IDisposable
{
    private readonly DeliveryFixture _delivery = new();

    public void Dispose() => _delivery.Dispose();

    [Fact, Case("PROC-12")]
    public async Task Subscription_MessagesBytesResetsAndItsEnd_AreMeasured()
    {
        using var metrics = new MetricsRecorder(_delivery.Meters);
        _delivery.Log.Append();
        var subscriber = _delivery.Start(start: StartAt.AfterId("garbage").OrEarliest());
        _delivery.Advance(TimeSpan.FromMinutes(3));
        subscriber.Subscriber.End(SubscriberEnd.Unsubscribed);
        await subscriber.EndAsync();

        string[] tags = ["store=test", "transport=fake"];
        Assert.Equal(2, metrics.Sum("messages.delivered", tags));
        Assert.Equal("reset:unknown@1".Length + "1".Length, metrics.Sum("bytes.sent", tags));
        Assert.Equal(1, metrics.Sum("resets", [.. tags, "reason=unknown"]));
        Assert.Equal(1, metrics.Sum("resumes", [.. tags, "result=reset"]));
        Assert.Equal(1, metrics.Sum("subscribers.ended", [.. tags, "reason=unsubscribed"]));
        Assert.Equal(180, metrics.Sum("subscription.duration", [.. tags, "reason=unsubscribed"]));
    }

    [Fact, Case("PROC-12")]
    public async Task Subscribers_ListenerThatStartsLate_SeesThoseThatWereThere()
    {
        var early = _delivery.StartMany(3);
        using var metrics = new MetricsRecorder(_delivery.Meters);
        Assert.Equal(3, metrics.Sum("subscribers", "store=test", "transport=fake"));
        early[0].Subscriber.End(SubscriberEnd.Unsubscribed);
        await early[0].EndAsync();
        Assert.Equal(2, metrics.Sum("subscribers"));
        foreach (var subscriber in early[1..])
        {
            subscriber.Subscriber.End(SubscriberEnd.Unsubscribed);
            await subscriber.EndAsync();
        }

        Assert.Equal(0, metrics.Sum("subscribers"));
    }

    [Fact]
    public async Task Lag_OfMessagesPublishedDuringTheSubscription_IsMeasuredOncePerBatch()
    {
        using var metrics = new MetricsRecorder(_delivery.Meters);
        _delivery.Log.AppendMany(5);
        _delivery.Advance(TimeSpan.FromHours(1));
        var sink = new FakeSink();
        var subscriber = _delivery.Start(sink, StartAt.Earliest);
        Assert.Equal(0, metrics.Count("delivery.lag")); // requested history is not late

        sink.Stall();
        _delivery.Log.Append();
        await Eventually.TrueAsync(() => metrics.Count("delivery.lag") == 1);
        _delivery.Log.AppendMany(3);
        _delivery.Advance(TimeSpan.FromSeconds(2));
        sink.Release();
        await Eventually.TrueAsync(() => metrics.Count("delivery.lag") == 2);
        Assert.Equal(2, metrics.Sum("delivery.lag", "transport=fake"));
        Assert.Equal(9, metrics.Sum("messages.delivered"));
    }

    [Theory]
    [InlineData(1, "resumed")]
    [InlineData(99, "reset")]
    public void Resumes_ByWhatBecameOfThem_AreCounted(int offset, string result)
    {
        using var metrics = new MetricsRecorder(_delivery.Meters);
        _delivery.Log.AppendMany(3);
        _delivery.Start(start: StartAt.After(TestLog.At(offset)));
        _delivery.Start();
        Assert.Equal(1, metrics.Sum("resumes"));
        Assert.Equal(1, metrics.Sum("resumes", $"result={result}"));
    }
}
