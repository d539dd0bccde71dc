using System.Diagnostics.Metrics;

namespace Tornadose.SignalR.Diagnostics;

/// <summary>
/// The instruments of the delivery, on the meter <c>Tornadose.SignalR</c>. Each batch is measured, not each message, when it is handed to
/// its connection, and only by instruments that somebody listens to.
/// </summary>
/// <remarks>
/// The number of subscribers is kept whether or not anybody listens, and reported on request: a listener that starts late sees those that
/// were there before it. A connection that reads several stores counts once for each.
/// </remarks>
internal sealed class StoreMetrics
{
    public const string MeterName = "Tornadose.SignalR";

    public const string StoreTag = "tornadose.store";

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Store, string Transport), StoreTransportMetrics> _measured = [];

    public StoreMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        meter.CreateObservableUpDownCounter("tornadose.subscribers", CountSubscribers, "{subscriber}", "Subscriptions at the moment.");
        Delivered = meter.CreateCounter<long>("tornadose.messages.delivered", "{message}", "Messages, and resets, handed to connections.");
        Bytes = meter.CreateCounter<long>("tornadose.bytes.sent", "By", "Bytes of messages handed to connections.");
        Resets = meter.CreateCounter<long>("tornadose.resets", "{reset}", "Announcements that messages are missing, by reason.");
        Resumes = meter.CreateCounter<long>(
            "tornadose.resumes", "{resume}", "Subscriptions that began after an id, by result.");
        Ended = meter.CreateCounter<long>("tornadose.subscribers.ended", "{subscriber}", "Subscriptions that ended, by reason.");
        Refusals = meter.CreateCounter<long>(
            "tornadose.subscribers.refused", "{refusal}", "Subscriptions and hub calls that a limit did not admit, by reason.");
        FailedRechecks = meter.CreateCounter<long>("tornadose.access.rechecks.failed", "{check}",
            "Checks of an open subscription's right to read that failed, by reason.");
        Lag = meter.CreateHistogram<double>(
            "tornadose.delivery.lag", "s",
            "Time from a message's arrival in this process's log to its write, for the oldest message of each batch.",
            advice: Buckets.OfSeconds);
        Duration = meter.CreateHistogram<double>(
            "tornadose.subscription.duration", "s", "How long subscriptions lasted, by reason of their end.", advice: Buckets.OfHours);
    }

    public Counter<long> Delivered { get; }

    public Counter<long> Bytes { get; }

    public Counter<long> Resets { get; }

    public Counter<long> Resumes { get; }

    public Counter<long> Ended { get; }

    private Counter<long> Refusals { get; }

    private Counter<long> FailedRechecks { get; }

    public Histogram<double> Lag { get; }

    public Histogram<double> Duration { get; }

    /// <summary>Counts a subscriber, until <see cref="Leave"/>.</summary>
    /// <param name="store">The store, as it is measured: its name, or its family's.</param>
    /// <param name="transport">The transport.</param>
    public StoreTransportMetrics Join(string store, string transport)
    {
        lock (_gate)
        {
            if (!_measured.TryGetValue((store, transport), out var measured))
                _measured[(store, transport)] = measured = new StoreTransportMetrics(this, store, transport);
            measured.Subscribers++;
            return measured;
        }
    }

    /// <summary>Ends what <see cref="Join"/> began.</summary>
    /// <param name="measured">What it returned.</param>
    /// <param name="forget">Whether to stop reporting the store once it has no subscriber: any number of stores may come and go.</param>
    public void Leave(StoreTransportMetrics measured, bool forget)
    {
        lock (_gate)
        {
            measured.Subscribers--;
            if (forget && measured.Subscribers == 0)
                _measured.Remove((measured.Store, measured.Transport));
        }
    }

    public void Refused(string transport, string reason)
    {
        if (Refusals.Enabled)
            Refusals.Add(1, new("tornadose.transport", transport), new("tornadose.reason", reason));
    }

    public void RecheckFailed(string transport, string reason)
    {
        if (FailedRechecks.Enabled)
            FailedRechecks.Add(1, new("tornadose.transport", transport), new("tornadose.reason", reason));
    }

    private List<Measurement<long>> CountSubscribers()
    {
        lock (_gate)
            return _measured.Values.Select(static measured => measured.Count()).ToList();
    }
}
