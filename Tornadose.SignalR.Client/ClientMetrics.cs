using System.Diagnostics.Metrics;

namespace Tornadose.SignalR.Client;

/// <summary>The meter <c>Tornadose.SignalR.Client</c>.</summary>
internal sealed class ClientMetrics
{
    public const string MeterName = "Tornadose.SignalR.Client";

    private const string Transport = "tornadose.transport";

    private readonly UpDownCounter<long> _subscriptions;
    private readonly Counter<long> _connections;
    private readonly Counter<long> _messages;
    private readonly Counter<long> _resets;

    public ClientMetrics(Meter meter)
    {
        _subscriptions = meter.CreateUpDownCounter<long>(
            "tornadose.client.subscriptions", "{subscription}", "Subscriptions that have not ended.");
        _connections = meter.CreateCounter<long>(
            "tornadose.client.connections", "{connection}", "Attempts to connect that have ended; with error.type if they failed.");
        _messages = meter.CreateCounter<long>("tornadose.client.messages", "{message}", "Messages that were handed to the application.");
        _resets = meter.CreateCounter<long>("tornadose.client.resets", "{reset}", "Announcements that messages are missing.");
    }

    /// <summary>For clients that are created without a service provider.</summary>
    public static ClientMetrics Shared { get; } = new(new Meter(MeterName));

    public void Began(string transport) => _subscriptions.Add(1, new KeyValuePair<string, object?>(Transport, transport));

    public void Ended(string transport) => _subscriptions.Add(-1, new KeyValuePair<string, object?>(Transport, transport));

    public void Received(string transport) => _messages.Add(1, new KeyValuePair<string, object?>(Transport, transport));

    public void Reset(string transport, StoreResetReason reason) =>
        _resets.Add(1, new(Transport, transport), new("tornadose.reason", reason.ToString().ToLowerInvariant()));

    public void Connected(string transport, Exception? error)
    {
        if (error is null)
            _connections.Add(1, new KeyValuePair<string, object?>(Transport, transport));
        else
            _connections.Add(1, new(Transport, transport), new("error.type", error.GetType().FullName));
    }
}
