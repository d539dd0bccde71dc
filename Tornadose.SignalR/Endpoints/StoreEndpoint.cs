using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.JsonLines;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.ServerSentEvents;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.WebSockets;

namespace Tornadose.SignalR.Endpoints;

/// <summary>One URL a store: decides what a request gets. A request that is refused registers no subscriber.</summary>
internal sealed class StoreEndpoint(DataStoreProvider stores, SubscriberRegistry registry, TornadoseOptions options)
{
    /// <summary>The route value that holds the store's name.</summary>
    public const string RouteValue = "store";

    public Task InvokeAsync(HttpContext context)
    {
        var name = context.GetRouteValue(RouteValue) as string;
        if (!StoreNames.IsValid(name) || stores.Find(name) is not { } store)
            return Refusal.WriteAsync(context, StatusCodes.Status404NotFound, "There is no such store.");
        var resume = ResumeRequest.Read(context.Request);
        if (resume.Error is not null)
            return Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, resume.Error);
        var start = resume.Start ?? store.DefaultStart;
        return WebSocketRequest.IsUpgrade(context)
            ? AcceptWebSocketAsync(context, store, start)
            : AnswerAsync(context, store, start);
    }

    private async Task AcceptWebSocketAsync(HttpContext context, DataStore store, StartAt start)
    {
        if (WebSocketRequest.Fault(context) is { } fault)
            await Refusal.WriteAsync(context, fault.Status, fault.Text);
        else if (IsFull)
            await Refusal.ComeBackAsync(context, StreamFormat.None, options.NextRetry());
        else
            await SubscribeAsync(context, store, start);
    }

    private async Task SubscribeAsync(HttpContext context, DataStore store, StartAt start)
    {
        using var opened = await OpenedStore.OpenAsync(store, start, context.RequestAborted);
        var feed = new SubscriberFeed(store.Name, opened.Cursor, store.Options.SendTimeout);
        await WebSocketSubscription.RunAsync(context, feed, registry, options);
    }

    private Task AnswerAsync(HttpContext context, DataStore store, StartAt start)
    {
        var format = AcceptNegotiation.Choose(context.Request);
        return format switch
        {
            StreamFormat.None => Refusal.WriteAsync(context, StatusCodes.Status406NotAcceptable,
                $"A store speaks {AcceptNegotiation.EventStream}, {AcceptNegotiation.JsonLines}, {AcceptNegotiation.Json} and WebSocket."),
            StreamFormat.Snapshot => StoreSnapshotResponse.WriteAsync(context, store),
            _ when HttpMethods.IsHead(context.Request.Method) => Describe(context, format),
            _ when IsFull => Refusal.ComeBackAsync(context, format, options.NextRetry()),
            _ => StreamAsync(context, store, start, format),
        };
    }

    private bool IsFull => registry.IsDraining || registry.Count >= options.MaxSubscribers;

    private static Task Describe(HttpContext context, StreamFormat format)
    {
        StreamHeaders.Set(context.Response, ContentType(format));
        return Task.CompletedTask;
    }

    private async Task StreamAsync(HttpContext context, DataStore store, StartAt start, StreamFormat format)
    {
        var response = context.Response;
        using var opened = await OpenedStore.OpenAsync(store, start, context.RequestAborted);
        var feed = new SubscriberFeed(store.Name, opened.Cursor, store.Options.SendTimeout);
        StreamHeaders.Set(response, ContentType(format));
        response.Headers[StreamHeaders.Resume] = opened.Resumed;
        StreamHeaders.Unbuffer(context);
        var subscriber = format == StreamFormat.JsonLines
            ? new Subscriber("ndjson", feed, JsonLinesEncoder.Instance, new JsonLinesSink(response), registry)
            : new Subscriber("sse", feed, ServerSentEventEncoder.Instance, new ServerSentEventSink(response, options.NextRetry()), registry);
        using var gone = context.RequestAborted.UnsafeRegister(static state => ((Subscriber)state!).End(SubscriberEnd.ClientGone), subscriber);
        await subscriber.RunAsync();
    }

    private static string ContentType(StreamFormat format) =>
        format == StreamFormat.JsonLines ? AcceptNegotiation.JsonLines : AcceptNegotiation.EventStream;
}
