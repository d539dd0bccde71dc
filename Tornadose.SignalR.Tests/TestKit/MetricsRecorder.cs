using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>Records what one host measures on the meter <c>Tornadose.SignalR</c>: a collector for each instrument.</summary>
public sealed class MetricsRecorder : IDisposable, IAsyncDisposable
{
    private readonly MeterListener _published = new();
    private readonly ConcurrentQueue<MetricCollector<long>> _longs = new();
    private readonly ConcurrentQueue<MetricCollector<double>> _doubles = new();

    /// <param name="factory">The host's meter factory.</param>
    /// <param name="instruments">Names without <c>tornadose.</c>; none for all. A listener adds to the cost of every batch.</param>
    public MetricsRecorder(IMeterFactory factory, params string[] instruments)
    {
        _published.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == "Tornadose.SignalR" && ReferenceEquals(instrument.Meter.Scope, factory)
                && (instruments.Length == 0 || instruments.Any(wanted => instrument.Name == $"tornadose.{wanted}")))
                Collect(instrument);
        };
        _published.Start();
    }

    public static MetricsRecorder Of(TestHost host, params string[] instruments) =>
        new(host.Services.GetRequiredService<IMeterFactory>(), instruments);

    /// <summary>The sum of an instrument's measurements; for an observable instrument, its current value.</summary>
    /// <param name="instrument">The instrument's name after <c>tornadose.</c>.</param>
    /// <param name="tags">Tags that the measurements must have, such as <c>reason=slow</c>.</param>
    public double Sum(string instrument, params string[] tags) =>
        Measured(_longs, instrument, tags).Sum(static one => one.Value)
            + Measured(_doubles, instrument, tags).Sum(static one => one.Value);

    /// <summary>The number of an instrument's measurements.</summary>
    public long Count(string instrument, params string[] tags) =>
        Measured(_longs, instrument, tags).Count() + Measured(_doubles, instrument, tags).Count();

    public void Dispose()
    {
        _published.Dispose();
        foreach (var collector in _longs.Concat<IDisposable>(_doubles))
            collector.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static IEnumerable<CollectedMeasurement<T>> Measured<T>(
        IEnumerable<MetricCollector<T>> collectors, string instrument, string[] tags) where T : struct =>
        from collector in Of(collectors, instrument)
        from measurement in Ask(collector).GetMeasurementSnapshot()
        let measured = measurement.Tags.Select(static pair => $"{pair.Key}={pair.Value}").ToArray()
        where tags.All(tag => measured.Contains(tag) || measured.Contains($"tornadose.{tag}"))
        select measurement;

    private static IEnumerable<MetricCollector<T>> Of<T>(IEnumerable<MetricCollector<T>> collectors, string instrument) where T : struct =>
        collectors.Where(collector => collector.Instrument?.Name == $"tornadose.{instrument}");

    private static MetricCollector<T> Ask<T>(MetricCollector<T> collector) where T : struct
    {
        if (collector.Instrument?.IsObservable == true)
        {
            collector.Clear();
            collector.RecordObservableInstruments();
        }

        return collector;
    }

    private void Collect(Instrument instrument)
    {
        switch (instrument)
        {
            case Instrument<long> counter:
                _longs.Enqueue(new MetricCollector<long>(counter));
                break;
            case Instrument<double> histogram:
                _doubles.Enqueue(new MetricCollector<double>(histogram));
                break;
            case ObservableInstrument<long> observed:
                _longs.Enqueue(new MetricCollector<long>(observed));
                break;
            default:
                throw new NotSupportedException($"{instrument.Name} is a {instrument.GetType()}.");
        }
    }
}
