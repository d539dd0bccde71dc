using System.Diagnostics.Metrics;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Delivery;

/// <summary>Runs alone: it needs rounds in which a thread does nothing else.</summary>
[Collection(nameof(ProcessMemory))]
public sealed class DeliveryAllocationTests : IDisposable
{
    private const int Subscribers = 200;
    private const int Rounds = 300;

    private readonly DeliveryFixture _delivery = new();

    public void Dispose() => _delivery.Dispose();

    [Theory, Case("SSE-22")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunAsync_SteadyState_AllocatesNothingPerDelivery(bool measured)
    {
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, _delivery.Meters))
                listener.EnableMeasurementEvents(instrument);
        };
        if (measured)
            listener.Start();
        var sinks = Enumerable.Range(0, Subscribers).Select(_ => new MeasuringSink()).ToArray();
        foreach (var sink in sinks)
            _ = _delivery.Make(sink, _delivery.Log.Open(StartAt.Now)).RunAsync();

        var rounds = 0;
        do
        {
            _delivery.Log.Append();
            rounds++;
            await Eventually.TrueAsync(() => sinks.All(sink => sink.Flushes == rounds));
        }
        while (!AllocatedNothing(sinks) && rounds < Rounds);

        Assert.True(AllocatedNothing(sinks), $"every one of {rounds} rounds allocated");
    }

    /// <summary>
    /// A pump serves its subscribers one after the other on one thread: that thread's allocation counter at two flushes differs by what
    /// the deliveries between them allocated. Some rounds are split over two runs of the pump, with other work between them, but at least
    /// one must be whole.
    /// </summary>
    private static bool AllocatedNothing(IEnumerable<MeasuringSink> sinks) => sinks
        .Index()
        .GroupBy(sink => sink.Index % Math.Clamp(Environment.ProcessorCount, 1, 16))
        .All(pump => pump.Select(sink => (sink.Item.Thread, sink.Item.AllocatedBefore)).Distinct().Count() == 1);

    /// <summary>Records its thread's allocation counter at each flush.</summary>
    private sealed class MeasuringSink : IFrameSink
    {
        private int _flushes;

        public int Flushes => Volatile.Read(ref _flushes);

        public int Thread { get; private set; }

        public long AllocatedBefore { get; private set; }

        public ValueTask StartAsync() => ValueTask.CompletedTask;

        public void Write(Frame frame)
        {
        }

        public ValueTask<bool> FlushAsync()
        {
            Thread = Environment.CurrentManagedThreadId;
            AllocatedBefore = GC.GetAllocatedBytesForCurrentThread();
            Interlocked.Increment(ref _flushes);
            return new(true);
        }

        public void Abort()
        {
        }

        public ValueTask CloseAsync(SubscriberEnd end) => ValueTask.CompletedTask;
    }
}
