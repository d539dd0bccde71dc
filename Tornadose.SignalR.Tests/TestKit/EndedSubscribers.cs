using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>Listens to <c>tornadose.subscribers.ended</c> of one host: which transports ended for which reasons.</summary>
internal sealed class EndedSubscribers : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Transport, string Reason)> _ends = new();

    public EndedSubscribers(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "tornadose.subscribers.ended" && instrument.Meter.Scope == factory)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => _ends.Enqueue((Value(tags, "tornadose.transport"), Value(tags, "tornadose.reason"))));
        _listener.Start();
    }

    public IReadOnlyCollection<(string Transport, string Reason)> Ends => _ends;

    public void Dispose() => _listener.Dispose();

    private static string Value(ReadOnlySpan<KeyValuePair<string, object?>> tags, string key)
    {
        foreach (var (name, value) in tags)
            if (name == key)
                return (string)value!;
        return "";
    }
}
