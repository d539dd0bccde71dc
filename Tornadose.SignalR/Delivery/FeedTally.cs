using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Delivery;

/// <summary>What one subscriber has got of one store. Messages are added up and measured once a batch.</summary>
/// <param name="metrics">The instruments.</param>
/// <param name="began">When the subscription began. What was appended before was not late, but asked for.</param>
internal sealed class FeedTally(StoreTransportMetrics metrics, long began)
{
    private int _messages;
    private int _bytes;
    private long _oldest;

    public StoreTransportMetrics Metrics => metrics;

    /// <summary>How many resets were announced.</summary>
    public int Resets { get; private set; }

    /// <summary>How many messages, and resets, were handed to the connection.</summary>
    public long Delivered { get; private set; }

    public void Count(MessageEntry entry, int bytes)
    {
        if (_messages++ == 0)
            _oldest = entry.AppendedAt;
        _bytes += bytes;
    }

    public void Reset(StoreReset reset)
    {
        Resets++;
        metrics.Reset(reset.ReasonName);
    }

    /// <summary>Measures the batch.</summary>
    public void Report(SubscriberRegistry registry)
    {
        if (_messages == 0)
            return; // of the stores of a list, those that had nothing
        Delivered += _messages;
        metrics.Delivered(_messages, _bytes);
        if (_oldest >= began && metrics.MeasuresLag)
            metrics.Lagged(registry.Elapsed(_oldest, registry.GetTimestamp()));
        _messages = 0;
        _bytes = 0;
    }
}
