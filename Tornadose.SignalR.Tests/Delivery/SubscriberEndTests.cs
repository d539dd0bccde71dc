using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Delivery;

/// <summary>How subscriptions end, without an effect on others.</summary>
public sealed class SubscriberEndTests : IDisposable
{
    private readonly DeliveryFixture _delivery = new();

    public static TheoryData<string> Reasons =>
        ["client_gone", "unsubscribed", "slow", "shutting_down", "store_closed", "reset_required", "failed"];

    public void Dispose() => _delivery.Dispose();

    [Theory, MemberData(nameof(Reasons))]
    public async Task End_WhileWaiting_EndsWithThatReason(string name)
    {
        var reason = Reason(name);
        var subscriber = _delivery.Start();

        subscriber.Subscriber.End(reason);

        Assert.Same(reason, await subscriber.EndAsync());
        Assert.Same(reason, subscriber.Sink.Closed);
        Assert.Equal(name, reason.ToString());
        Assert.NotEmpty(reason.Description);
    }

    [Fact]
    public async Task End_Twice_TheFirstReasonHolds()
    {
        var subscriber = _delivery.Start();
        subscriber.Sink.Stall();
        _delivery.Log.Append();
        await Eventually.TrueAsync(() => subscriber.Sink.IsStalled);

        subscriber.Subscriber.End(SubscriberEnd.ShuttingDown);
        subscriber.Subscriber.End(SubscriberEnd.Slow);
        Assert.False(subscriber.Run.IsCompleted);
        subscriber.Sink.Release(connected: false);

        Assert.Same(SubscriberEnd.ShuttingDown, await subscriber.EndAsync());
    }

    [Fact]
    public async Task End_BeforeTheRun_SendsNoMessage()
    {
        _delivery.Log.Append();
        var sink = new FakeSink();
        var cursor = _delivery.Log.Open(SignalR.StartAt.Earliest);
        var subscriber = _delivery.Make(sink, cursor);

        subscriber.End(SubscriberEnd.Unsubscribed);

        Assert.Same(SubscriberEnd.Unsubscribed, await subscriber.RunAsync().WithTimeout());
        Assert.Empty(sink.Flushes);
    }

    [Fact]
    public async Task End_WhileMessagesCome_SendsNothingAfterwards()
    {
        var subscriber = _delivery.Start();
        var other = _delivery.Start();
        subscriber.Subscriber.End(SubscriberEnd.Unsubscribed);
        await subscriber.EndAsync();

        _delivery.Log.AppendMany(3);

        await other.SentAsync("1 2 3");
        Assert.Equal("", subscriber.Sink.Sent);
    }

    [Theory, Case("ST-10"), InlineData(true), InlineData(false)]
    public async Task RunAsync_SinkThrows_EndsAloneForTheRightReason(bool broken)
    {
        var others = _delivery.StartMany(10);
        var failing = _delivery.Start(
            new FakeSink { OnWrite = _ => throw (broken ? new IOException("reset by peer") : new InvalidOperationException("bug")) });

        _delivery.Log.Append();

        Assert.Same(broken ? SubscriberEnd.ClientGone : SubscriberEnd.Failed, await failing.EndAsync());
        foreach (var other in others)
            await other.SentAsync("1");
        _delivery.Log.Append();
        foreach (var other in others)
            await other.SentAsync("1 2");
        Assert.Equal(10, _delivery.Registry.Count);
        Assert.Equal(broken ? 0 : 1, _delivery.Logs.GetSnapshot().Count(entry => entry.Level >= LogLevel.Error));
    }

    [Fact, Case("ST-10")]
    public async Task RunAsync_FlushThrows_EndsAlone()
    {
        var other = _delivery.Start();
        var failing = _delivery.Start(new FakeSink { OnFlush = () => throw new InvalidOperationException("bug") });

        _delivery.Log.Append();

        Assert.Same(SubscriberEnd.Failed, await failing.EndAsync());
        await other.SentAsync("1");
    }

    [Fact, Case("ST-10")]
    public async Task RunAsync_StartThrows_EndsAndIsClosed()
    {
        var failing = _delivery.Start(new FakeSink { OnStart = () => throw new IOException("gone") });

        Assert.Same(SubscriberEnd.ClientGone, await failing.EndAsync());
        Assert.Same(SubscriberEnd.ClientGone, failing.Sink.Closed);
        Assert.Equal(0, _delivery.Registry.Count);
    }

    [Fact, Case("ST-10")]
    public async Task RunAsync_CloseThrows_IsRemovedAllTheSame()
    {
        var failing = _delivery.Start(new FakeSink { OnClose = _ => throw new InvalidOperationException("bug") });

        failing.Subscriber.End(SubscriberEnd.Unsubscribed);

        Assert.Same(SubscriberEnd.Unsubscribed, await failing.EndAsync());
        Assert.Equal(0, _delivery.Registry.Count);
        Assert.Single(
            _delivery.Logs.GetSnapshot(), entry => entry.Level == LogLevel.Debug && entry.Exception is InvalidOperationException);
    }

    [Fact, Case("ST-10")]
    public async Task RunAsync_EncoderThrows_EndsAsFailed()
    {
        _delivery.Encoder.OnEncode = _ => throw new InvalidOperationException("bug");
        var failing = _delivery.Start();

        _delivery.Log.Append();

        Assert.Same(SubscriberEnd.Failed, await failing.EndAsync());
    }

    private static SubscriberEnd Reason(string name) => ((SubscriberEnd[])
    [
        SubscriberEnd.ClientGone, SubscriberEnd.Unsubscribed, SubscriberEnd.Slow, SubscriberEnd.ShuttingDown, SubscriberEnd.StoreClosed,
        SubscriberEnd.ResetRequired, SubscriberEnd.Failed,
    ]).Single(reason => reason.Name == name);
}
