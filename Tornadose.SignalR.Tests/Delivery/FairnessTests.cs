using System.Diagnostics;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Delivery;

/// <summary>A subscriber that always has one more message shares its pump with others.</summary>
public sealed class FairnessTests : IDisposable
{
    private const int Others = 64;

    private readonly DeliveryFixture _delivery = new(capacity: 64);

    public void Dispose() => _delivery.Dispose();

    [Fact, Case("SLOW-01", "ST-18")]
    public async Task RunAsync_MessagesNeverRunOut_TheOthersOfThePumpAreServed()
    {
        var served = 0;
        var greedy = new PublishingSink(_delivery.Log, () => Volatile.Read(ref served) < Others);
        var run = _delivery.Make(greedy, _delivery.Log.Open(StartAt.Now)).RunAsync();
        for (var i = 0; i < Others; i++)
        {
            var first = 1;
            _delivery.Start(new FakeSink { OnFlush = () => Interlocked.Add(ref served, Interlocked.Exchange(ref first, 0)) });
        }

        _delivery.Log.Append();

        await Eventually.TrueAsync(() => Volatile.Read(ref served) == Others);
        Assert.False(greedy.RanOut, "the others were served only once there was nothing more to send");
        Assert.False(run.IsCompleted);
    }

    /// <summary>Publishes the next message with each flush.</summary>
    private sealed class PublishingSink(TestLog log, Func<bool> goOn) : IFrameSink
    {
        private readonly long _began = Stopwatch.GetTimestamp();

        private volatile bool _ranOut;

        public bool RanOut => _ranOut;

        public ValueTask StartAsync() => ValueTask.CompletedTask;

        public void Write(Frame frame)
        {
        }

        public ValueTask<bool> FlushAsync()
        {
            _ranOut |= Stopwatch.GetElapsedTime(_began) > TimeSpan.FromMinutes(1);
            if (goOn() && !_ranOut)
                log.Append("");
            return new(true);
        }

        public void Abort()
        {
        }

        public ValueTask CloseAsync(SubscriberEnd end) => ValueTask.CompletedTask;
    }
}
