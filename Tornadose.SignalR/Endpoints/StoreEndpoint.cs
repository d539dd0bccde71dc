using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.JsonLines;
using Tornadose.SignalR.ServerSentEvents;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.WebSockets;

namespace Tornadose.SignalR.Endpoints;

/// <summary>One URL a store: decides what a request gets. A request that is refused registers no subscriber.</summary>
internal sealed class StoreEndpoint(DataStoreProvider stores, StoreAuthorizer authorizer, TicketGate gate, SubscriberRegistry registry, TornadoseOptions options)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (await gate.AdmitAsync(context))
            await NegotiateAsync(context);
    }

    private Task NegotiateAsync(HttpContext context)
    {
        var isWebSocket = WebSocketRequest.IsUpgrade(context);
        if (isWebSocket && WebSocketRequest.Fault(context, options.AllowedOrigins) is { } fault)
            return Refusal.WriteAsync(context, fault);
        var format = isWebSocket ? StreamFormat.WebSocket : AcceptNegotiation.Choose(context.Request);
        if (format == StreamFormat.None)
            return Refusal.WriteAsync(context, Refusal.NotAcceptable);
        var resume = ResumeRequest.Read(context.Request);
        if (resume.Error is not null)
            return Refusal.WriteAsync(context, (StatusCodes.Status400BadRequest, resume.Error));
        if (!isWebSocket && resume.After == ServerSentEventSink.DismissedId)
            return Refusal.StayAwayAsync(context);
        var selection = StoreSelection.Read(context, stores);
        if (selection.IsFull)
            return Refusal.ComeBackAsync(context, format, options.NextRetry());
        if (selection.Refusal is { } refusal)
            return Refusal.WriteAsync(context, refusal);
        if (isWebSocket && selection.IsList && WebSocketSubscription.IsRaw(context))
            return Refusal.WriteAsync(context, Refusal.RawList);
        return AnswerAsync(context, selection, resume, format);
    }

    private async Task AnswerAsync(HttpContext context, StoreSelection selection, ResumeRequest resume, StreamFormat format)
    {
        var access = authorizer.Ask(context.User, selection.Stores, context);
        if (Refusal.For(await access.DecideAsync()) is { } refusal)
        {
            await Refusal.WriteAsync(context, refusal);
            return;
        }

        try
        {
            if (format == StreamFormat.Snapshot)
                await SnapshotAsync(context, selection);
            else if (HttpMethods.IsHead(context.Request.Method))
                StreamHeaders.Set(context.Response, format);
            else
                await SubscribeAsync(context, access, selection, resume, format);
        }
        catch (TooManyStoresException)
        {
            // A store that was found had to make way for another, perhaps one of the same request, before it was followed.
            await Refusal.ComeBackAsync(context, format, options.NextRetry());
        }
    }

    private async Task SnapshotAsync(HttpContext context, StoreSelection selection)
    {
        var snapshot = await StoreSnapshotResponse.TakeAsync(selection, context);
        if (registry.Admission.TryReplay("json", ClientKey.Of(context, options), snapshot.Messages))
            await snapshot.WriteAsync(context);
        else
            await Refusal.ComeBackAsync(context, StreamFormat.Snapshot, options.NextRetry(), AdmissionRefusal.TooMuchReplayed);
    }

    private async Task SubscribeAsync(HttpContext context, SubscriberAccess access, StoreSelection selection, ResumeRequest resume, StreamFormat format)
    {
        var key = ClientKey.Of(context, options);
        if (!registry.Admission.TryEnter(Transport(format), key, selection.Capacities, out var place, out var refusal))
        {
            await Refusal.ComeBackAsync(context, format, options.NextRetry(), refusal);
            return;
        }

        using (place)
        {
            using var subscription = await StoreSubscription.OpenAsync(selection, resume, context.RequestAborted);
            if (!registry.Admission.TryReplay(Transport(format), key, subscription.Feeds.Behind))
                await Refusal.ComeBackAsync(context, format, options.NextRetry(), AdmissionRefusal.TooMuchReplayed);
            else
                await DeliverAsync(context, access, subscription, format);
        }
    }

    private Task DeliverAsync(HttpContext context, SubscriberAccess access, StoreSubscription subscription, StreamFormat format)
    {
        context.Response.Headers[StreamHeaders.Resume] = subscription.Resumed;
        return format == StreamFormat.WebSocket
            ? WebSocketSubscription.RunAsync(context, subscription.Feeds, access, registry, options)
            : StreamAsync(context, subscription.Feeds, access, format);
    }

    private static string Transport(StreamFormat format) => format switch
    {
        StreamFormat.WebSocket => "websocket",
        StreamFormat.JsonLines => "ndjson",
        _ => "sse",
    };

    private async Task StreamAsync(HttpContext context, SubscriberFeeds feeds, SubscriberAccess access, StreamFormat format)
    {
        var response = context.Response;
        StreamHeaders.Set(response, format);
        StreamHeaders.Unbuffer(context);
        var subscriber = format == StreamFormat.JsonLines
            ? new Subscriber(Transport(format), feeds, JsonLinesEncoder.Instance, new JsonLinesSink(response), registry) { Access = access }
            : new Subscriber(Transport(format), feeds, ServerSentEventEncoder.Instance, new ServerSentEventSink(response, options.NextRetry()), registry) { Access = access };
        using var gone = context.RequestAborted.UnsafeRegister(static state => ((Subscriber)state!).End(SubscriberEnd.ClientGone), subscriber);
        await subscriber.RunAsync();
    }
}
