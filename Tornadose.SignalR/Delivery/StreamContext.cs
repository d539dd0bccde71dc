using Microsoft.AspNetCore.Http;

namespace Tornadose.SignalR.Delivery;

/// <summary>What a sink may know about the subscription that it serves.</summary>
public sealed class StreamContext
{
    private readonly SubscriberFeeds _feeds;
    private Subscriber? _subscriber;
    private SubscriberEnd? _end;

    internal StreamContext(HttpContext httpContext, SubscriberFeeds feeds)
    {
        HttpContext = httpContext;
        _feeds = feeds;
    }

    /// <summary>The request and its response.</summary>
    public HttpContext HttpContext { get; }

    /// <summary>The names of the stores that are read: usually one.</summary>
    public IReadOnlyList<string> Stores => [.. _feeds.Select(static feed => feed.Store)];

    /// <summary>Whether the request named a list of stores, even of one; then each message names its store.</summary>
    public bool NamesStore => _feeds.NamesStore;

    /// <summary>
    /// The id after which a client resumes: first where the subscription began, then that of the last frame passed to the sink. To be read
    /// only within a call of the sink.
    /// </summary>
    public string Id => _feeds.Id;

    /// <summary>About how many messages there are to read. May be read on any thread.</summary>
    public long Behind => _feeds.Behind;

    /// <summary>Whether one of the stores has nothing left to read but the mark that its snapshot is complete.</summary>
    internal bool IsMarkNext => _feeds.Any(static feed => feed.Cursor.IsMarkNext);

    /// <summary>Skips such marks.</summary>
    internal void SkipMarks()
    {
        foreach (var feed in _feeds)
            feed.Cursor.SkipMark();
    }

    /// <summary>
    /// Ends the subscription after the flush that is under way: the sink's <see cref="IFrameSink.CloseAsync"/> is called with the reason.
    /// May be called on any thread, and more than once: the first reason counts, whoever gave it.
    /// </summary>
    /// <param name="reason">Why.</param>
    public void End(SubscriberEnd reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        Interlocked.CompareExchange(ref _end, reason, null);
        Interlocked.CompareExchange(ref _subscriber, null, null)?.End(reason);
    }

    /// <summary>The subscriber is created after its sink, which may have called <see cref="End"/> already.</summary>
    internal void Attach(Subscriber subscriber)
    {
        Interlocked.Exchange(ref _subscriber, subscriber);
        if (Volatile.Read(ref _end) is { } end)
            subscriber.End(end);
    }
}
