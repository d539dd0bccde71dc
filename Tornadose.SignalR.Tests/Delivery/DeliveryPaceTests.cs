using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Delivery;

public sealed class DeliveryPaceTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AMoment = TimeSpan.FromMilliseconds(1);

    private readonly DeliveryFixture _delivery = new();

    public void Dispose() => _delivery.Dispose();

    [Fact]
    public async Task Messages_InAnInterval_ComeTogetherAtItsEnd()
    {
        var subscriber = _delivery.StartPaced(Interval);
        _delivery.Log.Append();
        await subscriber.SentAsync("1"); // the first is sent at once
        for (var message = 2; message <= 5; message++)
            _delivery.Log.Append();
        _delivery.Time.Advance(Interval - AMoment);
        Assert.Equal("1", subscriber.Sink.Sent);
        _delivery.Time.Advance(AMoment);
        await subscriber.SentAsync("1 2 3 4 5");
        Assert.Equal(2, subscriber.Sink.Flushes.Length);
    }

    [Fact]
    public async Task Message_AfterAQuietTime_ComesAtOnce()
    {
        var subscriber = _delivery.StartPaced(Interval);
        for (var message = 1; message <= 3; message++)
        {
            _delivery.Log.Append();
            await subscriber.SentAsync(string.Join(' ', Enumerable.Range(1, message)));
            _delivery.Time.Advance(Interval);
        }
    }

    [Fact]
    public async Task Messages_OfAStoreThatSkips_AreTheNewestAlone()
    {
        using var delivery = new DeliveryFixture(capacity: 1);
        var subscriber = delivery.StartPaced(Interval, policy: SlowConsumerPolicy.SkipToLatest);
        delivery.Log.Append();
        await subscriber.SentAsync("1");
        for (var message = 2; message <= 100; message++)
            delivery.Log.Append();
        delivery.Time.Advance(Interval);
        await subscriber.SentAsync("1 100");
    }

    /// <summary>Otherwise a queue store's reader would get one batch of 32 KiB an interval, and fall behind.</summary>
    [Fact]
    public async Task Backlog_OfManyBatches_IsOneTurn()
    {
        var large = new string('x', Subscriber.BatchBytes);
        for (var message = 1; message <= 50; message++)
            _delivery.Log.Append(large);
        var subscriber = _delivery.StartPaced(Interval, start: StartAt.Earliest);
        await Eventually.TrueAsync(() => subscriber.Sink.Flushes.Length == 50);
    }

    [Fact]
    public async Task Turn_MessagesThatNeverRunOut_Ends()
    {
        var sink = new FakeSink();
        sink.OnFlush = () => _delivery.Log.Append(); // one more for each flush
        var subscriber = _delivery.StartPaced(Interval, sink);
        _delivery.Log.Append();
        for (var turn = 1; turn <= 5; turn++)
        {
            await Eventually.TrueAsync(() => sink.Flushes.Length == turn);
            _delivery.Time.Advance(Interval - AMoment);
            Assert.Equal(turn, sink.Flushes.Length);
            _delivery.Time.Advance(AMoment);
        }

        subscriber.Subscriber.End(SubscriberEnd.ClientGone);
        await subscriber.EndAsync();
    }

    [Fact]
    public async Task Pause_KeepAlive_IsSentAndTheMessagesStillWait()
    {
        var subscriber = _delivery.StartPaced(TimeSpan.FromMinutes(1));
        _delivery.Log.Append();
        await subscriber.SentAsync("1");
        _delivery.Log.Append();
        await Eventually.TrueAsync(() =>
        {
            if (subscriber.Sink.Flushes.Length == 1)
                _delivery.Advance(DeliveryFixture.Tick);
            return subscriber.Sink.Sent == "1 keep-alive";
        });
        _delivery.Advance(TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(() => subscriber.Sink.Sent.EndsWith(" 2", StringComparison.Ordinal)
            || subscriber.Sink.Sent.Contains(" 2 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pause_End_DoesNotWait()
    {
        var subscriber = _delivery.StartPaced(Interval);
        _delivery.Log.Append();
        await subscriber.SentAsync("1");
        _delivery.Log.Append();
        subscriber.Subscriber.End(SubscriberEnd.ShuttingDown);
        Assert.Equal(SubscriberEnd.ShuttingDown, await subscriber.EndAsync());
        Assert.Equal("1", subscriber.Sink.Sent); // the client resumes after it
    }

    [Fact]
    public async Task MinInterval_LongerThanTheClients_Counts()
    {
        var subscriber = _delivery.StartPaced(AMoment * 50, minInterval: Interval);
        _delivery.Log.Append();
        await subscriber.SentAsync("1");
        _delivery.Log.Append();
        _delivery.Time.Advance(Interval - AMoment);
        Assert.Equal("1", subscriber.Sink.Sent);
        _delivery.Time.Advance(AMoment);
        await subscriber.SentAsync("1 2");
    }
}
