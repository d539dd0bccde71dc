using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>Counts what one host's <c>tornadose.subscribers.ended</c> says, by transport and reason.</summary>
public sealed class EndedMetric : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Transport, string Reason), long> _counts = new();

    public EndedMetric(IServiceProvider services)
    {
        var scope = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "tornadose.subscribers.ended" && instrument.Meter.Scope == scope)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) => _counts.AddOrUpdate(
            (Tag(tags, "tornadose.transport"), Tag(tags, "tornadose.reason")), count, (_, before) => before + count));
        _listener.Start();
    }

    public long Of(string transport, string reason) => _counts.GetValueOrDefault((transport, reason));

    public void Dispose() => _listener.Dispose();

    private static string Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var (key, value) in tags)
            if (key == name)
                return (string)value!;
        return "";
    }
}
