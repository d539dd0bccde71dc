using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// One store as one subscriber reads it, with what was delivered from it. Messages are added up and reported to the metrics
/// once per batch.
/// </summary>
/// <param name="store">The store's name.</param>
/// <param name="cursor">The subscriber's cursor.</param>
/// <param name="sendTimeout">For how long a write may make no progress.</param>
/// <param name="measured">The store as it appears in the metrics.</param>
internal sealed class SubscriberFeed(string store, MessageCursor cursor, TimeSpan sendTimeout, MeasuredStore measured)
{
    private StoreTransportMetrics? _metrics;
    private AppendRegistration? _registration;
    private long _began;
    private long _oldest;
    private int _messages;
    private int _bytes;

    public string Store => store;

    public MessageCursor Cursor => cursor;

    public TimeSpan SendTimeout => sendTimeout;

    /// <summary>The shortest time between two batches that the store allows; zero for any.</summary>
    public TimeSpan MinInterval { get; init; }

    /// <summary>Whether it is a data store, which keeps only its newest value.</summary>
    public bool KeepsNewest { get; init; }

    /// <summary>How many resets were announced.</summary>
    public int Resets { get; private set; }

    /// <summary>How many messages, and resets, were handed to the connection.</summary>
    public long Delivered { get; private set; }

    /// <summary>Adds the subscriber to those that the store's appends can wake.</summary>
    public void Join(IAppendWaiter waiter) => _registration = cursor.Log.Signal.Join(waiter);

    /// <summary>Registers for the next message.</summary>
    /// <returns>False if there is something to read already.</returns>
    public bool Register() => _registration!.Register(cursor.Next);

    public void Leave() => _registration!.Leave();

    /// <summary>Counts the subscription and the outcome of its resume request.</summary>
    /// <param name="metrics">The instruments.</param>
    /// <param name="transport">The transport.</param>
    /// <param name="now">When the subscription began. Messages appended before are replayed, so their age is not lag.</param>
    public void BeginMeasuring(StoreMetrics metrics, string transport, long now)
    {
        _began = now;
        _metrics = metrics.Join(measured.Name, transport);
        if (cursor.ResumeResult is { } result)
            _metrics.Resumed(result);
    }

    public void EndMeasuring(string reason, TimeSpan duration) => _metrics?.Ended(reason, duration, measured.ComesAndGoes);

    public void Count(MessageEntry entry, int bytes)
    {
        if (_messages++ == 0)
            _oldest = entry.AppendedAt;
        _bytes += bytes;
    }

    public void CountReset(StoreReset reset)
    {
        Resets++;
        _metrics!.Reset(reset.ReasonName);
    }

    /// <summary>Reports the batch to the metrics.</summary>
    public void Report(SubscriberRegistry registry)
    {
        if (_messages == 0)
            return; // a store of a list that had nothing in this batch
        Delivered += _messages;
        _metrics!.Delivered(_messages, _bytes);
        if (_oldest >= _began && _metrics.MeasuresLag)
            _metrics.Lagged(registry.Elapsed(_oldest, registry.GetTimestamp()));
        _messages = 0;
        _bytes = 0;
    }
}
