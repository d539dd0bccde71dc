using System.Diagnostics.Metrics;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Delivery;

public sealed class SubscriberRegistryTests : IDisposable
{
    private readonly DeliveryFixture _delivery = new();

    public void Dispose() => _delivery.Dispose();

    [Fact, Case("PROC-01", "PROC-02")]
    public async Task DrainAsync_Subscribers_EndsThemOneAfterTheOther()
    {
        var subscribers = _delivery.StartMany(5);

        var drain = _delivery.Registry.DrainAsync();

        for (var left = 4; left > 0; left--)
        {
            var expected = left;
            await Eventually.TrueAsync(() => _delivery.Registry.Count == expected);
            Assert.True(_delivery.Registry.IsDraining);
            await Eventually.TrueAsync(() => _delivery.Time.ActiveTimers == 2); // the registry's clock and the drain's pause
            _delivery.Advance(TimeSpan.FromMilliseconds(500));
        }

        await drain.WithTimeout();
        foreach (var subscriber in subscribers)
            Assert.Same(SubscriberEnd.ShuttingDown, await subscriber.EndAsync());
        Assert.Equal(0, _delivery.Registry.Count);
    }

    [Fact, Case("PROC-04")]
    public async Task DrainAsync_MessagePublishedDuringIt_ReachesThoseThatAreLeft()
    {
        var subscribers = _delivery.StartMany(3);
        var drain = _delivery.Registry.DrainAsync();
        await Eventually.TrueAsync(() => _delivery.Registry.Count == 2);

        _delivery.Log.Append();

        foreach (var subscriber in subscribers.Where(subscriber => subscriber.Sink.Closed is null))
            await subscriber.SentAsync("1");
        _delivery.Advance(TimeSpan.FromMilliseconds(500));
        await Eventually.TrueAsync(() => _delivery.Registry.Count == 1);
        await Eventually.TrueAsync(() => _delivery.Time.ActiveTimers == 2);
        _delivery.Advance(TimeSpan.FromMilliseconds(500));
        await drain.WithTimeout();
    }

    [Fact, Case("PROC-03")]
    public async Task Add_WhileDraining_EndsAtOnce()
    {
        await _delivery.Registry.DrainAsync().WithTimeout();

        var late = _delivery.Make(new FakeSink(), _delivery.Log.Open(StartAt.Now)).RunAsync();

        Assert.Same(SubscriberEnd.ShuttingDown, await late.WithTimeout());
    }

    [Fact, Case("PROC-03")]
    public async Task TryEnter_WhileDraining_IsRefused()
    {
        await _delivery.Registry.DrainAsync().WithTimeout();

        Assert.Null(_delivery.TryEnter());
        Assert.Equal(0, _delivery.Registry.Count);
    }

    [Fact, Case("PROC-07")]
    public void TryEnter_MaxSubscribers_IsExact()
    {
        using var delivery = new DeliveryFixture(maxSubscribers: 50);
        var entered = new System.Collections.Concurrent.ConcurrentBag<IDisposable?>();

        Parallel.For(0, 200, _ => entered.Add(delivery.TryEnter()));

        Assert.Equal(50, entered.Count(place => place is not null));
        var first = entered.First(place => place is not null)!;
        first.Dispose();
        first.Dispose();
        Assert.NotNull(delivery.TryEnter());
        Assert.Null(delivery.TryEnter());
    }

    [Fact, Case("PROC-01")]
    public async Task DrainAsync_ConnectionThatDoesNotLeave_IsCutAtTheEndOfTheWindow()
    {
        _delivery.Log.Append();
        var sink = new FakeSink();
        sink.Stall();
        var stuck = _delivery.Start(sink, StartAt.Earliest, sendTimeout: TimeSpan.FromHours(1));

        var drain = _delivery.Registry.DrainAsync();
        _delivery.Advance(DeliveryFixture.DrainWindow);

        await drain.WithTimeout();
        Assert.Same(SubscriberEnd.ShuttingDown, await stuck.EndAsync());
        Assert.Equal(1, sink.Aborts);
        await Eventually.TrueAsync(() => _delivery.Registry.Count == 0);
    }

    [Fact, Case("HTTP-28")]
    public async Task Count_ManyComeAndGo_ReturnsToZero()
    {
        var comeAndGo = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 250; i++)
            {
                var subscriber = _delivery.Start();
                subscriber.Subscriber.End(SubscriberEnd.ClientGone);
                await subscriber.EndAsync();
            }
        })).ToArray();

        for (var i = 0; i < 100; i++)
        {
            _delivery.Log.Append();
            _delivery.Advance(DeliveryFixture.Tick);
        }

        await Task.WhenAll(comeAndGo).WithTimeout();
        Assert.Equal(0, _delivery.Registry.Count);
    }
}
