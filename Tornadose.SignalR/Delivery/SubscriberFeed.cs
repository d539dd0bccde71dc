using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// A store as one subscriber reads it, and what the subscriber has got of it. Messages are added up and measured once a batch.
/// </summary>
/// <param name="store">The store's name.</param>
/// <param name="cursor">Where the subscriber is.</param>
/// <param name="sendTimeout">For how long a write may make no progress.</param>
/// <param name="measured">The store as instruments tell of it.</param>
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

    /// <summary>Whether it is a data store, which keeps its newest value alone.</summary>
    public bool KeepsNewest { get; init; }

    /// <summary>How many resets were announced.</summary>
    public int Resets { get; private set; }

    /// <summary>How many messages, and resets, were handed to the connection.</summary>
    public long Delivered { get; private set; }

    /// <summary>Gives the subscriber its place among those that wait for the store.</summary>
    public void Join(IAppendWaiter waiter) => _registration = cursor.Log.Signal.Join(waiter);

    /// <summary>Enlists for the next message.</summary>
    /// <returns>False when there is something to read already.</returns>
    public bool Register() => _registration!.Register(cursor.Next);

    public void Leave() => _registration!.Leave();

    /// <summary>Counts the subscription, and what became of its resume.</summary>
    /// <param name="metrics">The instruments.</param>
    /// <param name="transport">The transport.</param>
    /// <param name="now">When the subscription began. What was appended before was not late, but asked for.</param>
    public void BeginMeasuring(StoreMetrics metrics, string transport, long now)
    {
        _began = now;
        _metrics = metrics.Join(measured.Name, transport);
        if (cursor.ResumeResult is { } result)
            _metrics.Resumed(result);
    }

    public void EndMeasuring(string reason, TimeSpan duration) => _metrics!.Ended(reason, duration, measured.ComesAndGoes);

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

    /// <summary>Measures the batch.</summary>
    public void Report(SubscriberRegistry registry)
    {
        if (_messages == 0)
            return; // of the stores of a list, those that had nothing
        Delivered += _messages;
        _metrics!.Delivered(_messages, _bytes);
        if (_oldest >= _began && _metrics.MeasuresLag)
            _metrics.Lagged(registry.Elapsed(_oldest, registry.GetTimestamp()));
        _messages = 0;
        _bytes = 0;
    }
}
