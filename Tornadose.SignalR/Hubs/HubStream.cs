using System.Runtime.CompilerServices;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>A subscription as the stream of a hub method: SignalR asks for the next item when it has sent the last.</summary>
internal static class HubStream
{
    private const string Transport = "signalr-stream";

    public static async IAsyncEnumerable<StoreStreamItem> ReadAsync(
        MessageStore store, string? after, SubscriberAccess access, ConnectionSubscriptions connection, FrameEncoder encoder,
        TimeSpan interval, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var opened = await connection.Admission.CountRefusalsAsync(
            () => connection.OpenAsync(store, Transport, after, cancellationToken));
        var sink = new HubStreamSink(connection.Admission, opened.Cursor);
        var subscriber = Subscribe(opened, access, connection, encoder, interval, sink);
        using var gone = cancellationToken.UnsafeRegister(
            static state => ((Subscriber)state!).End(SubscriberEnd.Unsubscribed), subscriber);
        var running = subscriber.RunAsync(CancellationToken.None);
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

    private static Subscriber Subscribe(
        OpenedStore opened, SubscriberAccess access, ConnectionSubscriptions connection, FrameEncoder encoder, TimeSpan interval,
        HubStreamSink sink)
    {
        return new Subscriber(Transport, SubscriberFeeds.Of(opened.ToFeed()), encoder, sink, connection.Hub.Registry)
        {
            Access = access,
            Direct = connection.Direct,
            Interval = interval,
        };
    }
}
