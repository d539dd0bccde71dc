using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Delivery;

public sealed class ConnectionAgeTests
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);

    [Fact, Case("PROC-10", "PROC-12")]
    public async Task Tick_SubscribersOfOneMoment_EndApartAndNoneAboveTheAge()
    {
        using var delivery = new DeliveryFixture(maxAge: MaxAge);
        using var metrics = new MetricsRecorder(delivery.Meters, "subscribers.ended");
        var subscribers = delivery.StartMany(400);
        delivery.Advance(MaxAge * 0.8 - DeliveryFixture.Tick);
        Assert.Equal(400, delivery.Registry.Count);
        var most = 0;
        for (var before = 400; before > 0; before = delivery.Registry.Count)
        {
            delivery.Advance(TimeSpan.FromSeconds(12)); // a tenth of the remaining time
            var due = delivery.Registry.Subscribers.Count(
                subscriber => delivery.Registry.Elapsed(subscriber.Began, delivery.Time.GetTimestamp()) >= subscriber.MaxAge);
            await Eventually.TrueAsync(() => delivery.Registry.Count <= before - due);
            most = Math.Max(most, before - delivery.Registry.Count);
        }

        Assert.InRange(
            delivery.Registry.Elapsed(subscribers[0].Subscriber.Began, delivery.Time.GetTimestamp()), MaxAge * 0.8,
            MaxAge + TimeSpan.FromSeconds(12));
        Assert.InRange(most, 20, 100); // about 40 in each tenth
        foreach (var subscriber in subscribers)
            Assert.Same(SubscriberEnd.TooOld, await subscriber.EndAsync());
        Assert.Equal(400, metrics.Sum("subscribers.ended", "reason=max_age"));
    }

    [Fact, Case("PROC-10")]
    public async Task Tick_PeerThatTakesNothing_IsCutByTheSendTimeout()
    {
        using var delivery = new DeliveryFixture(maxAge: MaxAge);
        var sendTimeout = TimeSpan.FromMinutes(5);
        var sink = new FakeSink();
        var subscriber = delivery.Start(sink, sendTimeout: sendTimeout);
        delivery.Advance(MaxAge * 0.8 - DeliveryFixture.Tick);
        sink.Stall();
        delivery.Log.Append();
        await Eventually.TrueAsync(() => sink.IsStalled);
        await delivery.UntilIdleAsync(); // the send timeout has begun
        delivery.Advance(MaxAge * 0.2 + DeliveryFixture.Tick);
        Assert.False(subscriber.Run.IsCompleted);
        delivery.Advance(sendTimeout);
        Assert.Same(SubscriberEnd.TooOld, await subscriber.EndAsync());
    }

    [Fact, Case("PROC-10")]
    public void Tick_NoAge_GoesOnForEver()
    {
        using var delivery = new DeliveryFixture();
        delivery.StartMany(3);
        delivery.Advance(TimeSpan.FromDays(2));
        Assert.Equal(3, delivery.Registry.Count);
    }
}
