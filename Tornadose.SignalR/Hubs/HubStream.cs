using System.Runtime.CompilerServices;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>A subscription as the stream of a hub method: SignalR asks for the next item when it has sent the last.</summary>
internal static class HubStream
{
    public static async IAsyncEnumerable<object> ReadAsync(
        DataStore store, StartAt? start, bool isJson, StoreHubContext hub, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var opened = await OpenedStore.OpenAsync(store, start ?? store.DefaultStart, cancellationToken);
        var feed = new SubscriberFeed(store.Name, opened.Cursor, store.Options.SendTimeout);
        var sink = new HubStreamSink();
        var subscriber = new Subscriber("signalr-stream", feed, isJson ? HubStreamEncoder.Json : HubStreamEncoder.Plain, sink, hub.Registry);
        using var gone = cancellationToken.UnsafeRegister(static state => ((Subscriber)state!).End(SubscriberEnd.Unsubscribed), subscriber);
        var running = subscriber.RunAsync();
        try
        {
            await foreach (var item in sink.ReadAllAsync(cancellationToken))
                yield return item;
        }
        finally
        {
            subscriber.End(SubscriberEnd.Unsubscribed);
            sink.Abort();
            await running;
        }
    }
}
