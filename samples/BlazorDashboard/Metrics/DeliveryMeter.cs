using System.Diagnostics.Metrics;

namespace BlazorDashboard.Metrics;

/// <summary>
/// Listens to the library's meter. An application that exports its metrics uses OpenTelemetry for this; here they are published to a
/// store.
/// </summary>
public sealed class DeliveryMeter : IDisposable
{
    private const int MostLags = 1000;

    private readonly Lock _gate = new();
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _totals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _subscribers = new(StringComparer.Ordinal);
    private readonly List<double> _lags = [];

    /// <summary>Begins to listen to the meter of this application, and of no other host in the process.</summary>
    public DeliveryMeter(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Tornadose.SignalR" && ReferenceEquals(instrument.Meter.Scope, meters))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>(Count);
        _listener.SetMeasurementEventCallback<double>(Measure);
        _listener.Start();
    }

    /// <summary>The total of a counter of the meter.</summary>
    public long Total(string instrument)
    {
        lock (_gate)
            return _totals.GetValueOrDefault(instrument);
    }

    /// <summary>How many subscribers there are over each transport.</summary>
    public SubscriberCounts Subscribers()
    {
        lock (_gate)
            _subscribers.Clear();
        _listener.RecordObservableInstruments();
        lock (_gate)
            return new(Over("signalr") + Over("signalr-stream"), Over("sse"), Over("websocket"), Over("ndjson"));
    }

    /// <summary>Milliseconds of each batch since the last call, the shortest first.</summary>
    public IReadOnlyList<double> TakeLags()
    {
        lock (_gate)
        {
            double[] lags = [.. _lags.Order()];
            _lags.Clear();
            return lags;
        }
    }

    /// <summary>Stops listening.</summary>
    public void Dispose() => _listener.Dispose();

    private long Over(string transport) => _subscribers.GetValueOrDefault(transport);

    private void Count(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        lock (_gate)
        {
            if (instrument.Name == "tornadose.subscribers")
                Add(_subscribers, Tag(tags, "tornadose.transport"), value);
            else if (instrument.Name != "tornadose.resumes" || Tag(tags, "tornadose.result") == "resumed")
                Add(_totals, instrument.Name, value);
        }
    }

    private void Measure(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        lock (_gate)
        {
            // The list is emptied at most once a second: more values than a median needs are dropped.
            if (instrument.Name == "tornadose.delivery.lag" && _lags.Count < MostLags)
                _lags.Add(1000 * value);
        }
    }

    private static void Add(Dictionary<string, long> sums, string name, long value) => sums[name] = sums.GetValueOrDefault(name) + value;

    private static string Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == name)
                return tag.Value as string ?? "";
        }

        return "";
    }
}
