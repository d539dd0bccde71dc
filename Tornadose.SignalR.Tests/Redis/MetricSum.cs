using System.Diagnostics.Metrics;

namespace Tornadose.SignalR.Tests.Redis;

/// <summary>Adds up what one host counts on one instrument.</summary>
internal sealed class MetricSum : IAsyncDisposable
{
    private readonly MeterListener _listener = new();
    private long _value;

    public MetricSum(IMeterFactory factory, string instrument)
    {
        _listener.InstrumentPublished = (found, listener) =>
        {
            if (found.Name == instrument && ReferenceEquals(found.Meter.Scope, factory))
                listener.EnableMeasurementEvents(found);
        };
        _listener.SetMeasurementEventCallback<long>((_, measurement, _, _) => Interlocked.Add(ref _value, measurement));
        _listener.Start();
    }

    public long Value => Interlocked.Read(ref _value);

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }
}
