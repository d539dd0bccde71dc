using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR;
using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;

namespace Tornadose.Benchmarks.Micro;

/// <summary>
/// What metrics add to a publish and to the delivery of a message, without a listener and with an empty listener on every
/// instrument. The delivery is the worst case, a batch of one message, because a batch is measured once. Compare it with the write
/// to a socket, which costs microseconds.
/// </summary>
[MemoryDiagnoser]
[MinColumn]
public class MetricsBenchmarks
{
    private readonly MeterListener _listener = new();
    private ServiceProvider _services = null!;
    private SubscriberRegistry _registry = null!;
    private PublishTelemetry _publishes = null!;
    private SubscriberFeed _feed = null!;
    private MessageEntry _entry = null!;

    [Params(false, true)]
    public bool Listener { get; set; }

    [GlobalSetup]
    public void Begin()
    {
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = _services.GetRequiredService<IMeterFactory>();
        var metrics = new StoreMetrics(meters);
        _publishes = new PublishTelemetry(meters);
        _registry = new SubscriberRegistry(new TornadoseOptions(), TimeProvider.System, metrics, NullLogger<SubscriberRegistry>.Instance);
        var log = new MessageLog(new MessageLogLimits(10, long.MaxValue, null), new MessagePosition(1, 0, 0), TimeProvider.System);
        log.Append(new MessagePosition(1, 1, 1), new MessageContent(new byte[64], MessageFormat.Text, null));
        var cursor = MessageCursor.Open(log, SlowConsumerPolicy.Reset, StartAt.Earliest, newestWins: false);
        cursor.TryRead(out _entry!);
        _feed = new SubscriberFeed("orders", cursor, TimeSpan.FromSeconds(10), new MeasuredStore("orders"));
        _feed.BeginMeasuring(metrics, "sse", now: 0);
        if (Listener)
            Listen();
    }

    [GlobalCleanup]
    public void End()
    {
        _listener.Dispose();
        _registry.Dispose();
        _services.Dispose();
    }

    /// <summary>As a store publishes.</summary>
    [Benchmark]
    public bool Publish()
    {
        if (!_publishes.IsEnabled)
            return false;
        using var publish = _publishes.Begin("orders", "orders", 64);
        publish.Accepted(1, 1);
        return true;
    }

    /// <summary>As a subscriber delivers.</summary>
    [Benchmark]
    public void Deliver()
    {
        _feed.Count(_entry, 100);
        _feed.Report(_registry);
    }

    private void Listen()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == StoreMetrics.MeterName)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
        _listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        _listener.Start();
    }
}
