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
                await StoreSnapshotResponse.WriteAsync(context, selection);
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

    private async Task SubscribeAsync(HttpContext context, SubscriberAccess access, StoreSelection selection, ResumeRequest resume, StreamFormat format)
    {
        if (!registry.TryEnter())
        {
            await Refusal.ComeBackAsync(context, format, options.NextRetry());
            return;
        }

        try
        {
            using var subscription = await StoreSubscription.OpenAsync(selection, resume, context.RequestAborted);
            context.Response.Headers[StreamHeaders.Resume] = subscription.Resumed;
            if (format == StreamFormat.WebSocket)
                await WebSocketSubscription.RunAsync(context, subscription.Feeds, access, registry, options);
            else
                await StreamAsync(context, subscription.Feeds, access, format);
        }
        finally
        {
            registry.Exit();
        }
    }

    private async Task StreamAsync(HttpContext context, SubscriberFeeds feeds, SubscriberAccess access, StreamFormat format)
    {
        var response = context.Response;
        StreamHeaders.Set(response, format);
        StreamHeaders.Unbuffer(context);
        var subscriber = format == StreamFormat.JsonLines
            ? new Subscriber("ndjson", feeds, JsonLinesEncoder.Instance, new JsonLinesSink(response), registry) { Access = access }
            : new Subscriber("sse", feeds, ServerSentEventEncoder.Instance, new ServerSentEventSink(response, options.NextRetry()), registry) { Access = access };
        using var gone = context.RequestAborted.UnsafeRegister(static state => ((Subscriber)state!).End(SubscriberEnd.ClientGone), subscriber);
        await subscriber.RunAsync();
    }
}
