using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Tests.Delivery;

/// <summary>Timers call code of transports. Whatever it throws, the process and the other subscribers continue.</summary>
public sealed class TimerGuardTests : IDisposable
{
    private readonly DeliveryFixture _fixture = new();

    [Fact]
    public async Task Tick_ProgressThrows_CutsTheStalledOnesInTimeAndSaysSoOnce()
    {
        var broken = Stalled();
        broken.ReadProgress = static () => throw new ObjectDisposedException("context");
        var (first, second) = (_fixture.Start(broken), _fixture.Start(Stalled()));
        _fixture.Log.Append();
        await Eventually.TrueAsync(() => first.Sink.IsStalled && second.Sink.IsStalled);
        await _fixture.UntilIdleAsync(); // the send timeout has begun
        for (var seconds = 0; seconds < 11; seconds++)
            _fixture.Time.Advance(DeliveryFixture.Tick);
        Assert.Equal((SubscriberEnd.Slow, SubscriberEnd.Slow), (await first.EndAsync(), await second.EndAsync()));
        Assert.Single(_fixture.Logs.GetSnapshot(), static entry => entry.Level == LogLevel.Error);
    }

    [Fact]
    public async Task Tick_KeepAliveThrows_OthersGetTheirs()
    {
        _fixture.Encoder = new FakeEncoder { OnKeepAlive = static () => throw new InvalidOperationException("broken") };
        var broken = _fixture.Start();
        _fixture.Encoder = new FakeEncoder();
        var others = _fixture.StartMany(3);
        foreach (var sent in new[] { "keep-alive", "keep-alive keep-alive" })
        {
            _fixture.Advance(DeliveryFixture.KeepAlive);
            foreach (var other in others)
                await other.SentAsync(sent);
        }

        Assert.Single(_fixture.Logs.GetSnapshot(), static entry => entry.Level == LogLevel.Error);
        broken.Subscriber.End(SubscriberEnd.Unsubscribed);
        Assert.Equal(SubscriberEnd.Unsubscribed, await broken.EndAsync());
    }

    /// <summary>By then the connection belongs to another subscriber.</summary>
    [Fact]
    public async Task Cut_AMomentLate_AbortsNothing()
    {
        var running = _fixture.Start();
        running.Subscriber.End(SubscriberEnd.ClientGone);
        await running.EndAsync();
        running.Subscriber.Cut(SubscriberEnd.ShuttingDown);
        Assert.Equal(0, running.Sink.Aborts);
    }

    public void Dispose() => _fixture.Dispose();

    private static FakeSink Stalled()
    {
        var sink = new FakeSink();
        sink.Stall();
        return sink;
    }
}
