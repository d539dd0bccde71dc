using System.Diagnostics.Metrics;

namespace Tornadose.SignalR.Diagnostics;

/// <summary>The instruments of the meter <c>Tornadose</c>. They cost a branch each while nobody listens.</summary>
internal sealed class StoreMetrics
{
    public const string MeterName = "Tornadose";

    private readonly UpDownCounter<long> _subscribers;
    private readonly Counter<long> _delivered;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _resets;
    private readonly Counter<long> _ended;

    public StoreMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _subscribers = meter.CreateUpDownCounter<long>("tornadose.subscribers", "{subscriber}", "Subscriptions at the moment.");
        _delivered = meter.CreateCounter<long>("tornadose.messages.delivered", "{message}", "Messages handed to connections.");
        _bytes = meter.CreateCounter<long>("tornadose.bytes.sent", "By", "Bytes of messages handed to connections.");
        _resets = meter.CreateCounter<long>("tornadose.resets", "{reset}", "Resets sent, by reason.");
        _ended = meter.CreateCounter<long>("tornadose.subscribers.ended", "{subscriber}", "Subscriptions that ended, by reason.");
    }

    public void SubscriberAdded(string transport)
    {
        if (_subscribers.Enabled)
            _subscribers.Add(1, Transport(transport));
    }

    public void SubscriberRemoved(string transport, string reason)
    {
        if (_subscribers.Enabled)
            _subscribers.Add(-1, Transport(transport));
        if (_ended.Enabled)
            _ended.Add(1, Transport(transport), Reason(reason));
    }

    public void Delivered(string transport, int messages, int bytes)
    {
        if (_delivered.Enabled)
            _delivered.Add(messages, Transport(transport));
        if (_bytes.Enabled)
            _bytes.Add(bytes, Transport(transport));
    }

    public void Reset(string transport, string reason)
    {
        if (_resets.Enabled)
            _resets.Add(1, Transport(transport), Reason(reason));
    }

    private static KeyValuePair<string, object?> Transport(string transport) => new("tornadose.transport", transport);

    private static KeyValuePair<string, object?> Reason(string reason) => new("tornadose.reason", reason);
}
