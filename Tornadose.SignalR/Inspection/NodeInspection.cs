using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Inspection;

/// <summary>Reports this process's stores and subscribers, and ends a subscriber for good. Reporting does not hold up delivery.</summary>
internal sealed class NodeInspection(StoreProvider stores, SubscriberRegistry registry, TimeProvider time)
{
    private readonly StoreRates _rates = new(time);

    /// <summary>The process's name.</summary>
    public static string Node { get; } = $"{Environment.MachineName}-{Random.Shared.Next():x8}";

    /// <param name="request">What is to be listed.</param>
    public NodeReport Look(InspectionRequest request)
    {
        var subscribers = registry.Subscribers.Where(
            subscriber => request.Store is null || subscriber.Feeds.Any(feed => feed.Store == request.Store)).ToList();
        var counts = subscribers.SelectMany(static subscriber => subscriber.Feeds.Select(feed => (feed.Store, subscriber.Transport)))
            .GroupBy(static pair => pair.Store, static pair => pair.Transport, StringComparer.Ordinal)
            .ToDictionary(
                static group => group.Key,
                static group => (IReadOnlyDictionary<string, int>)group.CountBy(static transport => transport).ToDictionary(),
                StringComparer.Ordinal);
        var looked = stores.All.Where(store => request.Store is null || store.Name == request.Store)
            .OrderBy(static store => store.Name, StringComparer.Ordinal).ToList();
        if (request.Store is null)
            _rates.Keep(looked.Select(static store => store.Name).ToHashSet(StringComparer.Ordinal));
        var listed = subscribers.OrderByDescending(
            static subscriber => subscriber.Feeds.Max(static feed => feed.Cursor.Behind)).Take(request.Limit).ToList();
        return new NodeReport(Node, subscribers.Count, looked.ConvertAll(store => Look(store, counts)), Look(listed));
    }

    /// <summary>Ends a subscriber for good.</summary>
    /// <returns>False when there is none with this id.</returns>
    public bool TryDismiss(string id)
    {
        if (registry.Subscribers.FirstOrDefault(subscriber => IdOf(subscriber) == id) is not { } found)
            return false;
        found.End(SubscriberEnd.Dismissed);
        return true;
    }

    private static string IdOf(Subscriber subscriber) => $"{Node}-{subscriber.Number}";

    private StoreReport Look(MessageStore store, Dictionary<string, IReadOnlyDictionary<string, int>> counts)
    {
        var log = store.Log;
        var position = log.Position;
        return new StoreReport(
            store.Name, store.Kind.ToString(), position.ToString(), log.Count, log.Limits.Capacity, log.Bytes, log.Limits.MaxBytes,
            _rates.Next(store.Name, position),
            store.Options.SlowConsumer.ToString(), counts.GetValueOrDefault(store.Name) ?? new Dictionary<string, int>());
    }

    private List<SubscriberReport> Look(List<Subscriber> subscribers)
    {
        var bytes = new Dictionary<MessageLog, BytesBehind>();
        var now = registry.GetTimestamp();
        return subscribers.ConvertAll(subscriber => new SubscriberReport(
            IdOf(subscriber), subscriber.Transport, registry.Elapsed(subscriber.Began, now).TotalSeconds,
            subscriber.Feeds.Select(feed => Look(feed, bytes)).ToList()));
    }

    private static FeedReport Look(SubscriberFeed feed, Dictionary<MessageLog, BytesBehind> bytes)
    {
        var (log, next, behind) = (feed.Cursor.Log, feed.Cursor.Next, feed.Cursor.Behind);
        long? bytesBehind = 0;
        if (behind > 0)
        {
            if (!bytes.TryGetValue(log, out var known))
                bytes[log] = known = new BytesBehind(log);
            bytesBehind = known.From(next);
        }

        return new FeedReport(feed.Store, behind, bytesBehind, feed.Delivered, feed.Resets);
    }
}
