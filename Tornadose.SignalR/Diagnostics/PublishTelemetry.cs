using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Tornadose.SignalR.Diagnostics;

/// <summary>Records a publish for operators: a count, a duration, and an activity. If nobody listens, it costs a few branches.</summary>
internal sealed class PublishTelemetry
{
    private readonly Counter<long> _published;
    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<long> _producers;
    private readonly Counter<long> _producerFailures;

    public PublishTelemetry(IMeterFactory factory)
    {
        var meter = factory.Create(StoreMetrics.MeterName);
        _published = meter.CreateCounter<long>(
            "tornadose.messages.published", "{message}", "Messages of this process that the backplane has accepted.");
        _duration = meter.CreateHistogram<double>(
            "tornadose.publish.duration", "s", "How long the backplane took to accept a message, or to fail.", advice: Buckets.OfSeconds);
        _producers = meter.CreateUpDownCounter<long>("tornadose.producers", "{producer}", "Producers that run in this process.");
        _producerFailures = meter.CreateCounter<long>(
            "tornadose.producers.failed", "{failure}", "Runs of producers that ended with an error.");
    }

    public void ProducerBegan(string measuredAs) =>
        _producers.Add(1, new KeyValuePair<string, object?>(StoreMetrics.StoreTag, measuredAs));

    public void ProducerEnded(string measuredAs) =>
        _producers.Add(-1, new KeyValuePair<string, object?>(StoreMetrics.StoreTag, measuredAs));

    public void ProducerFailed(string measuredAs) =>
        _producerFailures.Add(1, new KeyValuePair<string, object?>(StoreMetrics.StoreTag, measuredAs));

    public bool IsEnabled => _published.Enabled || _duration.Enabled || StoreActivities.IsEnabled;

    /// <summary>Begins a publish, which ends when the result is disposed of.</summary>
    /// <param name="store">The store.</param>
    /// <param name="measuredAs">Its name on instruments.</param>
    /// <param name="bytes">The message's size.</param>
    public Publish Begin(string store, string measuredAs, int bytes) =>
        new(this, measuredAs, StoreActivities.BeginPublish(store, measuredAs, bytes), _duration.Enabled ? Stopwatch.GetTimestamp() : 0);

    /// <summary>A publish that is under way.</summary>
    internal readonly struct Publish(PublishTelemetry telemetry, string measuredAs, Activity? activity, long began) : IDisposable
    {
        /// <param name="position">The message's position; formatted only if somebody traces.</param>
        /// <param name="messages">How many messages there are.</param>
        public void Accepted<TPosition>(TPosition position, int messages)
        {
            telemetry._published.Add(messages, Store);
            if (began != 0)
                telemetry._duration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, Store);
            activity?.SetTag("messaging.message.id", position?.ToString());
        }

        public void Failed(Exception failure)
        {
            var error = failure.GetType().FullName;
            if (began != 0)
                telemetry._duration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, Store, new("error.type", error));
            activity?.SetTag("error.type", error).SetStatus(ActivityStatusCode.Error);
        }

        public void Dispose() => activity?.Dispose();

        private KeyValuePair<string, object?> Store => new(StoreMetrics.StoreTag, measuredAs);
    }
}
