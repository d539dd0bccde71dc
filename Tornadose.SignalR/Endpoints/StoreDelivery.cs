using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.WebSockets;

namespace Tornadose.SignalR.Endpoints;

/// <summary>Serves an accepted request for as long as its connection lasts.</summary>
/// <remarks>The path of a stream is not async: the state machine would live as long as the stream.</remarks>
internal sealed class StoreDelivery(SubscriberRegistry registry, TornadoseOptions options)
{
    /// <param name="context">The request.</param>
    /// <param name="subscription">What it gets; disposed at the end.</param>
    /// <param name="format">How it gets it; null for a WebSocket.</param>
    public Task RunAsync(HttpContext context, StoreSubscription subscription, StreamFormat? format) =>
        format is null ? UpgradeAsync(context, subscription) : StreamAsync(context, subscription, format);

    private async Task UpgradeAsync(HttpContext context, StoreSubscription subscription)
    {
        using (subscription)
        {
            StreamHeaders.MarkLongRunning(context);
            var request = context.Request;
            await WebSocketSubscription.RunAsync(
                context, subscription.Feeds, subscription.Access, Heartbeat.Read(request), Every.Read(request), registry, options);
        }
    }

    private Task StreamAsync(HttpContext context, StoreSubscription subscription, StreamFormat format)
    {
        try
        {
            return Ready(context, subscription, format).RunAsync(context.RequestAborted);
        }
        catch
        {
            subscription.Dispose();
            throw;
        }
    }

    private Subscriber Ready(HttpContext context, StoreSubscription subscription, StreamFormat format)
    {
        StreamHeaders.Set(context.Response, format);
        StreamHeaders.Unbuffer(context);
        StreamHeaders.MarkLongRunning(context);
        var stream = new StreamContext(context, subscription.Feeds);
        var subscriber = new Subscriber(format.Name, subscription.Feeds, format.Encoder, format.CreateSink(stream), registry)
        {
            Access = subscription.Access,
            Direct = context.Features.Get<IDirectSendFeature>(),
            Held = subscription,
            Interval = Every.Read(context.Request),
        };
        stream.Attach(subscriber);
        return subscriber;
    }
}
