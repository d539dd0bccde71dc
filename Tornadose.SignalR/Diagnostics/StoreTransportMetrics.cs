using System.Diagnostics.Metrics;

namespace Tornadose.SignalR.Diagnostics;

/// <summary>The instruments for the subscribers of one store over one transport. The tags are made once.</summary>
internal sealed class StoreTransportMetrics(StoreMetrics metrics, string store, string transport)
{
    private readonly KeyValuePair<string, object?> _store = new(StoreMetrics.StoreTag, store);
    private readonly KeyValuePair<string, object?> _transport = new("tornadose.transport", transport);

    public string Store => store;

    public string Transport => transport;

    /// <summary>How many there are. Guarded by the owner.</summary>
    public long Subscribers { get; set; }

    /// <summary>Whether somebody listens to the lag: measuring it requires reading the clock.</summary>
    public bool MeasuresLag => metrics.Lag.Enabled;

    public Measurement<long> Count() => new(Subscribers, _store, _transport);

    public void Delivered(int messages, int bytes)
    {
        if (metrics.Delivered.Enabled)
            metrics.Delivered.Add(messages, _store, _transport);
        if (metrics.Bytes.Enabled)
            metrics.Bytes.Add(bytes, _store, _transport);
    }

    public void Lagged(TimeSpan lag) => metrics.Lag.Record(lag.TotalSeconds, _store, _transport);

    public void Reset(string reason)
    {
        if (metrics.Resets.Enabled)
            metrics.Resets.Add(1, _store, _transport, Reason(reason));
    }

    public void Resumed(string result)
    {
        if (metrics.Resumes.Enabled)
            metrics.Resumes.Add(1, _store, _transport, new("tornadose.result", result));
    }

    /// <summary>A subscription has ended.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="duration">How long it lasted.</param>
    /// <param name="forget">See <see cref="StoreMetrics.Leave"/>.</param>
    public void Ended(string reason, TimeSpan duration, bool forget)
    {
        metrics.Leave(this, forget);
        if (metrics.Ended.Enabled)
            metrics.Ended.Add(1, _store, _transport, Reason(reason));
        if (metrics.Duration.Enabled)
            metrics.Duration.Record(duration.TotalSeconds, _store, _transport, Reason(reason));
    }

    private static KeyValuePair<string, object?> Reason(string reason) => new("tornadose.reason", reason);
}
