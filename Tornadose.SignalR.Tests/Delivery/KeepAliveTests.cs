using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Delivery;

public sealed class KeepAliveTests : IDisposable
{
    private static readonly TimeSpan AlmostKeepAlive = DeliveryFixture.KeepAlive - DeliveryFixture.Tick;

    private readonly DeliveryFixture _delivery = new();

    public void Dispose() => _delivery.Dispose();

    [Fact, Case("HTTP-27")]
    public async Task Tick_Silence_SendsAKeepAlive()
    {
        var subscriber = _delivery.Start();

        _delivery.Advance(AlmostKeepAlive);
        Assert.Empty(subscriber.Sink.Flushes);
        _delivery.Advance(DeliveryFixture.Tick);
        await subscriber.SentAsync("keep-alive");

        _delivery.Advance(DeliveryFixture.KeepAlive);
        await subscriber.SentAsync("keep-alive keep-alive");
    }

    [Fact, Case("HTTP-27")]
    public async Task Tick_Data_PushesTheKeepAliveBack()
    {
        var subscriber = _delivery.Start();
        _delivery.Advance(AlmostKeepAlive);
        _delivery.Log.Append();
        await subscriber.SentAsync("1");

        _delivery.Advance(AlmostKeepAlive);
        Assert.Equal("1", subscriber.Sink.Sent);

        await Eventually.TrueAsync(() =>
        {
            _delivery.Advance(DeliveryFixture.Tick);
            return subscriber.Sink.Sent == "1 keep-alive";
        });
    }

    [Fact, Case("HTTP-27")]
    public async Task Tick_Ended_SendsNone()
    {
        var subscriber = _delivery.Start();
        subscriber.Subscriber.End(SubscriberEnd.Unsubscribed);
        await subscriber.EndAsync();

        _delivery.Advance(DeliveryFixture.KeepAlive * 3);

        Assert.Empty(subscriber.Sink.Flushes);
    }

    [Fact]
    public async Task Tick_EncoderWithoutKeepAlive_SendsNone()
    {
        _delivery.Encoder = new FakeEncoder(keepsAlive: false);
        var subscriber = _delivery.Start();

        _delivery.Advance(DeliveryFixture.KeepAlive * 3);
        _delivery.Log.Append();

        await subscriber.SentAsync("1");
    }

    [Fact, Case("HTTP-27")]
    public async Task Tick_PendingFlush_SendsNoKeepAliveIntoIt()
    {
        var sink = new FakeSink();
        sink.Stall();
        _delivery.Log.Append();
        var subscriber = _delivery.Start(sink, StartAt.Earliest, sendTimeout: TimeSpan.FromMinutes(1));

        _delivery.Advance(DeliveryFixture.KeepAlive * 2);
        sink.Release();
        _delivery.Log.Append();

        await subscriber.SentAsync("1 2");
    }

    [Fact, Case("SSE-19")]
    public async Task Tick_WhileMessagesAreWritten_SendsOnlyWholeFrames()
    {
        var subscribers = _delivery.StartMany(50);
        var expected = string.Join(' ', Enumerable.Range(1, 200));

        for (var i = 0; i < 200; i++)
        {
            _delivery.Log.Append();
            if (i % 10 == 0)
                _delivery.Advance(DeliveryFixture.KeepAlive);
        }

        foreach (var subscriber in subscribers)
            await Eventually.TrueAsync(() => string.Join(
                ' ', subscriber.Sink.Flushes.SelectMany(flush => flush).Where(frame => frame != "keep-alive")) == expected);
    }
}
