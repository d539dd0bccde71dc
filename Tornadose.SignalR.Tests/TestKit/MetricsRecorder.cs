using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>What one host measures on the meter <c>Tornadose</c> from now on, added up by instrument and tags.</summary>
public sealed class MetricsRecorder : IDisposable, IAsyncDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Series, Total> _totals = new();
    private readonly ConcurrentDictionary<Series, double> _asked = new();

    /// <param name="factory">The host's.</param>
    /// <param name="instruments">Those of interest, after <c>tornadose.</c>; none for all. A listener makes every batch dearer.</param>
    public MetricsRecorder(IMeterFactory factory, params string[] instruments)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Tornadose" && ReferenceEquals(instrument.Meter.Scope, factory)
                && (instruments.Length == 0 || instruments.Any(wanted => instrument.Name == $"tornadose.{wanted}")))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The names of the instruments that have measured something, and of their tags.</summary>
    public IEnumerable<string> Instruments => _totals.Keys.Select(series => series.Instrument.Name).Distinct();

    public static MetricsRecorder Of(TestHost host, params string[] instruments) => new(host.Services.GetRequiredService<IMeterFactory>(), instruments);

    /// <summary>The sum of what an instrument has measured.</summary>
    /// <param name="instrument">The instrument's name after <c>tornadose.</c>.</param>
    /// <param name="tags">Tags that the measurements must have, as <c>reason=slow</c>.</param>
    public double Sum(string instrument, params string[] tags) => Find(_totals, instrument, tags).Sum(total => total.Value);

    /// <summary>How often an instrument has measured.</summary>
    public long Count(string instrument, params string[] tags) => Find(_totals, instrument, tags).Sum(total => total.Count);

    /// <summary>What an instrument says that is asked, as the number of subscribers.</summary>
    public double Ask(string instrument, params string[] tags)
    {
        _asked.Clear();
        _listener.RecordObservableInstruments();
        return Find(_asked, instrument, tags).Sum();
    }

    public void Dispose() => _listener.Dispose();

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public override string ToString() => string.Join('\n', _totals.Select(pair => $"{pair.Key.Instrument.Name}[{string.Join(',', pair.Key.Tags)}] {pair.Value.Value}").Order());

    private static IEnumerable<T> Find<T>(ConcurrentDictionary<Series, T> values, string instrument, string[] tags) =>
        values.Where(pair => pair.Key.Instrument.Name == $"tornadose.{instrument}" && tags.All(pair.Key.Tags.Contains)).Select(pair => pair.Value);

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Assert.InRange(tags.Length, 0, 3);
        var series = new Series(instrument, tags.Length > 0 ? tags[0] : default, tags.Length > 1 ? tags[1] : default, tags.Length > 2 ? tags[2] : default);
        if (instrument.IsObservable)
            _asked[series] = value;
        else
            _totals.AddOrUpdate(series, new Total(value, 1), (_, total) => new Total(total.Value + value, total.Count + 1));
    }

    private readonly record struct Total(double Value, long Count);

    private readonly record struct Series(Instrument Instrument, KeyValuePair<string, object?> First, KeyValuePair<string, object?> Second, KeyValuePair<string, object?> Third)
    {
        public IEnumerable<string> Tags => new[] { First, Second, Third }.Where(tag => tag.Key is not null)
            .Select(tag => $"{(tag.Key.StartsWith("tornadose.", StringComparison.Ordinal) ? tag.Key["tornadose.".Length..] : tag.Key)}={tag.Value}");
    }
}
