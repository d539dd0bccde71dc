using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Delivery;

public sealed class SubscriberTests : IDisposable
{
    private readonly DeliveryFixture _delivery = new();

    public void Dispose() => _delivery.Dispose();

    [Fact]
    public async Task RunAsync_Messages_AreSentInOrderAsTheyCome()
    {
        var subscriber = _delivery.Start();

        _delivery.Log.Append();
        await subscriber.SentAsync("1");
        _delivery.Log.Append();
        await subscriber.SentAsync("1 2");
    }

    [Fact]
    public void RunAsync_Backlog_IsSentByOneFlush()
    {
        _delivery.Log.AppendMany(20);

        var subscriber = _delivery.Start(start: StartAt.Earliest);

        var flush = Assert.Single(subscriber.Sink.Flushes);
        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"{i}"), flush);
    }

    [Fact]
    public async Task RunAsync_BacklogThatGrewDuringAFlush_IsSentByOneFlush()
    {
        var subscriber = _delivery.Start();
        subscriber.Sink.Stall();
        _delivery.Log.Append();
        await Eventually.TrueAsync(() => subscriber.Sink.IsStalled);
        _delivery.Log.AppendMany(10);

        subscriber.Sink.Release();

        await subscriber.SentAsync("1 2 3 4 5 6 7 8 9 10 11");
        Assert.Equal(2, subscriber.Sink.Flushes.Length);
    }

    [Fact]
    public void RunAsync_LargeBacklog_IsSentInBatchesOfBoundedSize()
    {
        var text = new string('x', 1000);
        for (var i = 0; i < 100; i++)
            _delivery.Log.Append(text);

        var subscriber = _delivery.Start(start: StartAt.Earliest);

        Assert.Equal([33, 33, 33, 1], subscriber.Sink.Flushes.Select(flush => flush.Length));
    }

    [Fact, Case("SSE-22")]
    public async Task RunAsync_ManySubscribers_RenderEachMessageOnce()
    {
        var subscribers = _delivery.StartMany(50);

        _delivery.Log.AppendMany(3);

        foreach (var subscriber in subscribers)
            await subscriber.SentAsync("1 2 3");
        Assert.Equal(3, _delivery.Encoder.Rendered);
    }

    [Fact]
    public async Task RunAsync_TwoEncoders_RenderForThemselves()
    {
        var first = _delivery.Start();
        var other = _delivery.Encoder = new FakeEncoder();
        var second = _delivery.Start();

        _delivery.Log.Append();

        await first.SentAsync("1");
        await second.SentAsync("1");
        Assert.Equal(1, other.Rendered);
    }

    [Fact, Case("SSE-14")]
    public async Task RunAsync_Start_ComesBeforeTheFirstMessage()
    {
        var started = new TaskCompletionSource();
        var sink = new FakeSink { OnStart = () => new ValueTask(started.Task) };
        _delivery.Log.Append();
        var subscriber = _delivery.Start(sink, StartAt.Earliest);
        Assert.Empty(sink.Flushes);

        started.SetResult();

        await subscriber.SentAsync("1");
    }

    [Fact]
    public async Task RunAsync_PeerIsGone_EndsAsClientGone()
    {
        var subscriber = _delivery.Start();
        subscriber.Sink.Stall();
        _delivery.Log.Append();
        await Eventually.TrueAsync(() => subscriber.Sink.IsStalled);

        subscriber.Sink.Release(connected: false);

        Assert.Same(SubscriberEnd.ClientGone, await subscriber.EndAsync());
        Assert.Same(SubscriberEnd.ClientGone, subscriber.Sink.Closed);
    }

    [Fact, Case("ST-12")]
    public async Task RunAsync_ResetThatTheFormatCannotAnnounce_EndsTheSubscription()
    {
        _delivery.Encoder = new FakeEncoder(announcesResets: false);
        _delivery.Log.AppendMany(2);

        var subscriber = _delivery.Start(start: StartAt.AfterId("garbage").OrEarliest());

        Assert.Same(SubscriberEnd.ResetRequired, await subscriber.EndAsync());
        Assert.Equal("", subscriber.Sink.Sent);
    }

    [Fact, Case("ST-09")]
    public async Task RunAsync_StoreIsClosed_SendsTheRestAndEnds()
    {
        var subscriber = _delivery.Start();

        _delivery.Log.Append();
        _delivery.Log.Log.Complete();

        Assert.Same(SubscriberEnd.StoreClosed, await subscriber.EndAsync());
        Assert.Equal("1", subscriber.Sink.Sent);
    }

    [Fact, Case("PROC-12")]
    public async Task RunAsync_Ends_RegistryCountsToZero()
    {
        var subscribers = _delivery.StartMany(20);
        Assert.Equal(20, _delivery.Registry.Count);

        foreach (var subscriber in subscribers)
            subscriber.Subscriber.End(SubscriberEnd.Unsubscribed);

        foreach (var subscriber in subscribers)
            Assert.Same(SubscriberEnd.Unsubscribed, await subscriber.EndAsync());
        Assert.Equal(0, _delivery.Registry.Count);
        Assert.False(_delivery.Registry.IsDraining);
    }

    [Fact, Case("PROC-12")]
    public async Task RunAsync_MetricsListenerThrows_ClosesTheConnection()
    {
        using var listener = ThrowingMeterListener.Start(_delivery.Meters, "tornadose.resumes");
        using var metrics = new MetricsRecorder(_delivery.Meters);

        var subscriber = _delivery.Start(start: StartAt.AfterId("garbage").OrEarliest());

        Assert.Same(SubscriberEnd.Failed, await subscriber.EndAsync());
        Assert.Same(SubscriberEnd.Failed, subscriber.Sink.Closed);
        Assert.Equal(0, _delivery.Registry.Count);
        Assert.Equal(0, metrics.Sum("subscribers"));
    }
}
