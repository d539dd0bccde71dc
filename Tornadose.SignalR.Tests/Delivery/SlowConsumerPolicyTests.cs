using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Delivery;

/// <summary>A connection that stalls while the log moves past it, under each policy.</summary>
public sealed class SlowConsumerPolicyTests : IDisposable
{
    private readonly DeliveryFixture _delivery = new(capacity: 4);

    public void Dispose() => _delivery.Dispose();

    [Fact, Case("SLOW-04", "ST-12")]
    public async Task RunAsync_LappedUnderReset_SendsOneResetAndGoesOn()
    {
        var subscriber = LappedWhileStalled(SlowConsumerPolicy.Reset);

        subscriber.Sink.Release();

        await subscriber.SentAsync("1 reset:slow@11");
        _delivery.Log.Append();
        await subscriber.SentAsync("1 reset:slow@11 12");
    }

    [Fact, Case("ST-11")]
    public async Task RunAsync_LappedUnderSkipToLatest_SendsTheNewest()
    {
        var subscriber = LappedWhileStalled(SlowConsumerPolicy.SkipToLatest);

        subscriber.Sink.Release();

        await subscriber.SentAsync("1 11");
    }

    [Fact, Case("SLOW-04")]
    public async Task RunAsync_LappedUnderDisconnect_EndsAsSlow()
    {
        var subscriber = LappedWhileStalled(SlowConsumerPolicy.Disconnect);

        subscriber.Sink.Release();

        Assert.Same(SubscriberEnd.Slow, await subscriber.EndAsync());
        Assert.Equal("1", subscriber.Sink.Sent);
    }

    [Theory, Case("SLOW-05"), InlineData(SlowConsumerPolicy.Reset), InlineData(SlowConsumerPolicy.SkipToLatest),
        InlineData(SlowConsumerPolicy.Disconnect)]
    public async Task RunAsync_StalledWithinTheWindow_LosesNothing(SlowConsumerPolicy policy)
    {
        var subscriber = Stalled(policy);
        _delivery.Log.AppendMany(4);

        subscriber.Sink.Release();

        await subscriber.SentAsync("1 2 3 4 5");
    }

    private RunningSubscriber LappedWhileStalled(SlowConsumerPolicy policy)
    {
        var subscriber = Stalled(policy);
        _delivery.Log.AppendMany(10);
        return subscriber;
    }

    private RunningSubscriber Stalled(SlowConsumerPolicy policy)
    {
        _delivery.Log.Append();
        var sink = new FakeSink();
        sink.Stall();
        return _delivery.Start(sink, StartAt.Earliest, policy);
    }
}
