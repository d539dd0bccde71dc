using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// The stores that one subscriber reads: usually one. With several, each message names its store, and its id is the vector of all their
/// positions, so that one id resumes them all.
/// </summary>
internal sealed class SubscriberFeeds : IEnumerable<SubscriberFeed>
{
    private const int FeedBytes = 128;

    private readonly SubscriberFeed[] _feeds;
    private readonly PositionVector? _vector;
    private SubscriberFeed _current;
    private int _turn;

    /// <param name="namesStore">Whether messages name their store: true if the request named a list of stores, even of one.</param>
    /// <param name="feeds">The stores, in the order of the vector.</param>
    public SubscriberFeeds(bool namesStore, params SubscriberFeed[] feeds)
    {
        NamesStore = namesStore;
        _feeds = feeds;
        _vector = feeds.Length == 1 ? null : new PositionVector(feeds);
        _current = feeds[0];
        Name = feeds.Length == 1 ? feeds[0].Store : string.Join(',', feeds.Select(static feed => feed.Store));
        SendTimeout = feeds.Max(static feed => feed.SendTimeout);
        MinInterval = feeds.Max(static feed => feed.MinInterval);
    }

    public static SubscriberFeeds Of(SubscriberFeed feed) => new(namesStore: false, feed);

    /// <summary>The stores' names, for the log.</summary>
    public string Name { get; }

    /// <summary>Whether each message names its store.</summary>
    public bool NamesStore { get; }

    /// <summary>The id after which all of them are resumed.</summary>
    public string Id => _vector?.ToString() ?? _current.Cursor.ResumePosition.ToString();

    public TimeSpan SendTimeout { get; }

    /// <summary>At most one batch in this time: the longest that one of the stores requires; zero for as fast as possible.</summary>
    public TimeSpan MinInterval { get; }

    /// <summary>How many messages there are to read now.</summary>
    public long Behind => _feeds.Sum(static feed => feed.Cursor.Behind);

    public IEnumerator<SubscriberFeed> GetEnumerator() => ((IEnumerable<SubscriberFeed>)_feeds).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _feeds.GetEnumerator();

    public void Join(IAppendWaiter waiter)
    {
        foreach (var feed in _feeds)
            feed.Join(waiter);
    }

    /// <summary>Reads the next message of any of the stores, in turns, so that a busy store does not starve a quiet one.</summary>
    public bool TryRead([NotNullWhen(true)] out MessageEntry? entry)
    {
        if (_feeds.Length == 1)
            return _current.Cursor.TryRead(out entry);
        for (var tried = 0; tried < _feeds.Length; tried++)
        {
            _current = _feeds[_turn];
            _turn = (_turn + 1) % _feeds.Length;
            if (_current.Cursor.TryRead(out entry))
                return true;
        }

        entry = null;
        return false;
    }

    /// <summary>Renders the entry that was read last and passes it to the sink.</summary>
    /// <returns>How many bytes it has.</returns>
    public int Write(MessageEntry entry, FrameEncoder encoder, IFrameSink sink)
    {
        var bytes = NamesStore ? WriteNamed(entry, encoder, sink) : Write(encoder.GetFrame(_current.Store, entry), sink);
        _current.Count(entry, bytes);
        return bytes;
    }

    /// <summary>With several stores, the id is this reader's own. The rest of a message is rendered once for all readers.</summary>
    private int WriteNamed(MessageEntry entry, FrameEncoder encoder, IFrameSink sink)
    {
        if (entry.IsReset || entry.IsEnd)
            return Write(encoder.Encode(new FrameContent(_current.Store, Id, entry.Message, namesStore: true)), sink);
        if (!entry.IsLogged || _vector is null)
            return Write(encoder.GetNamed(_current.Store, entry), sink);
        if (!encoder.SharesRest)
            return Write(encoder.Encode(new FrameContent(_current.Store, Id, entry.Message, namesStore: true)), sink);
        var rest = encoder.GetRest(_current.Store, entry);
        return Write(encoder.EncodeId(_vector.GetText(), rest), sink) + Write(rest, sink);
    }

    private static int Write(Frame frame, IFrameSink sink)
    {
        sink.Write(frame);
        return frame.Bytes.Length;
    }

    /// <summary>Counts the reset that was read last.</summary>
    public void CountReset(StoreReset reset) => _current.CountReset(reset);

    /// <summary>Reports the rendered batch to the metrics.</summary>
    public void Report(SubscriberRegistry registry)
    {
        foreach (var feed in _feeds)
            feed.Report(registry);
    }

    /// <summary>Counts the subscription and the outcome of its resume request.</summary>
    public void BeginMeasuring(StoreMetrics metrics, string transport, long now)
    {
        foreach (var feed in _feeds)
            feed.BeginMeasuring(metrics, transport, now);
    }

    public void EndMeasuring(string reason, TimeSpan duration)
    {
        foreach (var feed in _feeds)
            feed.EndMeasuring(reason, duration);
    }

    /// <summary>Registers with every store.</summary>
    /// <returns>False if one of them has something to read already.</returns>
    public bool Register()
    {
        var wait = true;
        foreach (var feed in _feeds)
            wait &= feed.Register() || feed.Cursor.IsAtEnd;
        return wait;
    }

    /// <summary>Prefetches the store that is usually read next.</summary>
    public void Prefetch()
    {
        Messages.Prefetch.Object(_current, FeedBytes);
        Messages.Prefetch.Object(_current.Cursor);
    }

    public void Leave()
    {
        foreach (var feed in _feeds)
            feed.Leave();
    }

    /// <summary>Whether all stores are complete, and everything was read.</summary>
    public bool AreAtEnd => Array.TrueForAll(_feeds, static feed => feed.Cursor.IsAtEnd);

    /// <summary>Why the subscription ends: it fell behind, a store was closed, or everything was read; null while it continues.</summary>
    public SubscriberEnd? FindEnd()
    {
        var ended = 0;
        foreach (var feed in _feeds)
        {
            if (!feed.Cursor.IsEnded)
                continue;
            if (feed.Cursor.IsDisconnected)
                return SubscriberEnd.Slow;
            if (feed.Cursor.IsComplete)
                return SubscriberEnd.Answered;
            if (!feed.Cursor.IsAtEnd)
                return SubscriberEnd.StoreClosed;
            ended++;
        }

        return ended == _feeds.Length ? SubscriberEnd.Completed : null;
    }
}
