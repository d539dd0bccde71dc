using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Delivery;

/// <summary>Peers that do not read.</summary>
public sealed class SendTimeoutTests : IDisposable
{
    private readonly DeliveryFixture _delivery = new();

    public void Dispose() => _delivery.Dispose();

    [Fact, Case("SLOW-03", "HTTP-29", "WS-17")]
    public async Task Tick_FlushStuckForTheSendTimeout_CutsWithReasonSlow()
    {
        var subscriber = Stalled();

        _delivery.Advance(DeliveryFixture.SendTimeout - DeliveryFixture.Tick);
        Assert.Equal(0, subscriber.Sink.Aborts);
        _delivery.Advance(DeliveryFixture.Tick);

        Assert.Same(SubscriberEnd.Slow, await subscriber.EndAsync());
        Assert.Same(SubscriberEnd.Slow, subscriber.Sink.Closed);
        Assert.Single(_delivery.Logs.GetSnapshot(), entry => entry.Level == LogLevel.Warning);
        _delivery.Logs.AssertNoErrors();
        Assert.Equal(0, _delivery.Registry.Count);
    }

    [Fact, Case("SLOW-03")]
    public async Task Tick_FlushStuckAndReleasedInTime_CutsNobody()
    {
        var subscriber = Stalled();

        _delivery.Advance(DeliveryFixture.SendTimeout - DeliveryFixture.Tick);
        subscriber.Sink.Release();
        await Eventually.TrueAsync(() => !subscriber.Sink.IsStalled);
        _delivery.Log.Append();
        await subscriber.SentAsync("1 2");
        _delivery.Advance(DeliveryFixture.SendTimeout - DeliveryFixture.Tick);

        Assert.Equal(0, subscriber.Sink.Aborts);
        Assert.False(subscriber.Run.IsCompleted);
    }

    [Fact, Case("SLOW-06")]
    public async Task Tick_FlushThatMakesProgress_IsGivenTheTimeoutAnew()
    {
        var subscriber = Stalled();
        for (var i = 0; i < 10; i++)
        {
            subscriber.Sink.Progress++;
            _delivery.Advance(DeliveryFixture.SendTimeout - DeliveryFixture.Tick);
        }

        Assert.Equal(0, subscriber.Sink.Aborts);
        _delivery.Advance(DeliveryFixture.SendTimeout);
        Assert.Same(SubscriberEnd.Slow, await subscriber.EndAsync());
    }

    [Fact, Case("SLOW-01", "SLOW-03")]
    public async Task Tick_OneOfManyIsStuck_DelaysNobody()
    {
        var subscriber = Stalled();
        var others = _delivery.StartMany(20);

        _delivery.Log.AppendMany(5);

        foreach (var other in others)
            await other.SentAsync("2 3 4 5 6");
        _delivery.Advance(DeliveryFixture.SendTimeout);
        await subscriber.EndAsync();
        Assert.Equal(20, _delivery.Registry.Count);
    }

    [Fact, Case("SLOW-09")]
    public async Task Tick_FlushThatBeganJustBeforeIt_IsNotTakenForAnOldOne()
    {
        _delivery.Advance(TimeSpan.FromMilliseconds(950));
        var subscriber = Stalled(TimeSpan.FromMilliseconds(100));

        _delivery.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(0, subscriber.Sink.Aborts);
        _delivery.Advance(DeliveryFixture.Tick);

        Assert.Same(SubscriberEnd.Slow, await subscriber.EndAsync());
    }

    [Fact, Case("SLOW-03")]
    public async Task Tick_StartIsStuck_Cuts()
    {
        var stuck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var subscriber = _delivery.Start(
            new FakeSink { OnStart = () => new ValueTask(stuck.Task), OnAbort = () => stuck.TrySetException(new IOException("aborted")) });

        _delivery.Advance(DeliveryFixture.SendTimeout);

        Assert.Same(SubscriberEnd.Slow, await subscriber.EndAsync());
    }

    [Fact, Case("SLOW-03", "WS-15")]
    public async Task Tick_CloseIsStuck_CutsAndKeepsTheReason()
    {
        var stuck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var subscriber = _delivery.Start(
            new FakeSink { OnClose = _ => new ValueTask(stuck.Task), OnAbort = () => stuck.TrySetException(new IOException("aborted")) });
        subscriber.Subscriber.End(SubscriberEnd.ShuttingDown);

        _delivery.Advance(DeliveryFixture.SendTimeout);

        Assert.Same(SubscriberEnd.ShuttingDown, await subscriber.EndAsync());
        Assert.Equal(0, _delivery.Registry.Count);
    }

    [Fact, Case("ST-10")]
    public async Task Tick_AbortThrows_TheOthersAreLookedAfterAllTheSame()
    {
        var stuck = Enumerable.Range(0, 5).Select(_ => Stalled()).ToArray();
        foreach (var subscriber in stuck)
            subscriber.Sink.OnAbort = () => throw new ObjectDisposedException("connection");

        _delivery.Advance(DeliveryFixture.SendTimeout);

        Assert.All(stuck, subscriber => Assert.Equal(1, subscriber.Sink.Aborts));
        foreach (var subscriber in stuck)
            subscriber.Sink.Release(connected: false);
        foreach (var subscriber in stuck)
            Assert.Same(SubscriberEnd.Slow, await subscriber.EndAsync());
    }

    /// <summary>Runs to its first flush on this thread, so that it is known to be blocked there.</summary>
    private RunningSubscriber Stalled(TimeSpan? sendTimeout = null)
    {
        if (_delivery.Log.Log.Count == 0)
            _delivery.Log.Append();
        var sink = new FakeSink();
        sink.Stall();
        return _delivery.Start(sink, StartAt.Earliest, sendTimeout: sendTimeout);
    }
}
