using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.LongPolling;

namespace Tornadose.SignalR.Endpoints;

/// <summary>
/// The store's window and id as one JSON document: <c>{"store":…,"messages":[…],"id":…}</c>, with <c>"ended":true</c> before the id where
/// the store is complete; for a list, <c>{"stores":[…],"id":…}</c> with the vector of all as the id. A keyed store has
/// <c>"entries":{…}</c> instead of the messages: the value of each key. A data store says <c>"kind":"data"</c>: nothing else would
/// distinguish its one message from those of a queue store.
/// </summary>
/// <remarks>
/// A snapshot is a subscription that ends at the position that the log had when it began. So it costs what every other reader costs: it
/// keeps no message (except the values of a keyed store, which are read at once), obeys the send timeout, ends with the drain and with
/// the user's access, and is aborted when the log has lapped it. The stores of a list are read one after the other, each by a
/// subscriber of its own.
/// </remarks>
internal static class StoreSnapshotResponse
{
    public const string Transport = "json";

    public static void SetHeaders(HttpResponse response)
    {
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
    }

    /// <param name="context">The request.</param>
    /// <param name="subscription">The stores, with bounded cursors.</param>
    /// <param name="registry">The subscribers of the process.</param>
    public static async Task WriteAsync(HttpContext context, StoreSubscription subscription, SubscriberRegistry registry)
    {
        SetHeaders(context.Response);
        var feeds = subscription.Feeds.ToArray();
        for (var index = 0; index < feeds.Length; index++)
        {
            var sink = SinkOf(context.Response, subscription.Feeds, feeds, index);
            FrameEncoder encoder = feeds[index].Cursor.Snapshot is null ? LongPollingEncoder.Instance : KeyedEntryEncoder.Instance;
            var subscriber = new Subscriber(Transport, SubscriberFeeds.Of(feeds[index]), encoder, sink, registry)
            {
                Access = subscription.Access,
            };
            if (await subscriber.RunAsync(context.RequestAborted) != SubscriberEnd.Answered)
                return;
        }
    }

    /// <summary>Neither a store's name nor an id needs escaping.</summary>
    public static SnapshotSink SinkOf(HttpResponse response, SubscriberFeeds all, SubscriberFeed[] feeds, int index)
    {
        var feed = feeds[index];
        var isFirst = index == 0;
        var isLast = index == feeds.Length - 1;
        var opening = $"{(!isFirst ? "," : all.NamesStore ? "{\"stores\":[" : "")}{{\"store\":\"{feed.Store}\",";
        var kind = feed.KeepsNewest ? "\"kind\":\"data\"," : "";
        var content = feed.Cursor.Snapshot is null ? $"{kind}\"messages\":[" : "\"entries\":{";
        return new SnapshotSink(
            response, opening + content, () => Closing(feed) + (all.NamesStore && isLast ? $"],\"id\":\"{all.Id}\"}}" : ""));
    }

    private static string Closing(SubscriberFeed feed)
    {
        var (cursor, end) = (feed.Cursor, feed.Cursor.Snapshot is null ? ']' : '}');
        return $"{end},{(cursor.IsAtEnd ? "\"ended\":true," : "")}\"id\":\"{cursor.Position}\"}}";
    }
}
