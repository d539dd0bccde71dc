using System.Runtime.CompilerServices;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>A subscription as the stream of a hub method: SignalR asks for the next item when it has sent the last.</summary>
internal static class HubStream
{
    public static async IAsyncEnumerable<object> ReadAsync(
        DataStore store, StartAt? start, SubscriberAccess access, ConnectionSubscriptions connection,
        bool asText, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using (connection.Enter(store, "signalr-stream"))
        {
            using var following = await StoreHubContext.FollowAsync(store, cancellationToken);
            var sink = new HubStreamSink();
            var cursor = await following.OpenCursorAsync(start ?? store.DefaultStart, cancellationToken);
            connection.Replay("signalr-stream", cursor);
            var subscriber = Subscribe(following.Store, cursor, access, connection, sink, asText);
            using var gone = cancellationToken.UnsafeRegister(static state => ((Subscriber)state!).End(SubscriberEnd.Unsubscribed), subscriber);
            var running = subscriber.RunAsync();
            try
            {
                await foreach (var item in sink.ReadAllAsync(cancellationToken))
                    yield return item;
            }
            finally
            {
                subscriber.Cut(SubscriberEnd.Unsubscribed);
                await running;
            }
        }
    }

    private static Subscriber Subscribe(
        DataStore store, MessageCursor cursor, SubscriberAccess access, ConnectionSubscriptions connection, HubStreamSink sink, bool asText)
    {
        var feed = new SubscriberFeed(store.Name, cursor, store.Options.SendTimeout, store.Measured);
        var values = connection.IsSystemTextJson ? HubStreamEncoder.Json : HubStreamEncoder.Plain;
        var encoder = asText ? HubStreamEncoder.Raw : values;
        return new Subscriber("signalr-stream", SubscriberFeeds.Of(feed), encoder, sink, connection.Hub.Registry) { Access = access };
    }
}
