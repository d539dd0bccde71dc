using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.ServerSentEvents;

namespace Tornadose.SignalR.Endpoints;

/// <summary>Answers to requests that get no subscription. None of them has registered anything.</summary>
internal static class Refusal
{
    public static readonly (int Status, string Text) RawList = (
        StatusCodes.Status400BadRequest,
        "The payloads of tornadose.raw do not say which store they belong to: ask for one store, or omit the subprotocol.");

    /// <summary>In a list of stores, the event type names the store.</summary>
    public static readonly (int Status, string Text) EventNameList = (
        StatusCodes.Status400BadRequest,
        "The name of one of the stores is an event type of EventSource or of the library itself: " +
            "ask for that store alone, or for JSON lines or a WebSocket.");

    public static readonly (int Status, string Text) NoKeys = (
        StatusCodes.Status400BadRequest, "The query parameter 'key' needs one keyed store, named in the path.");

    public static readonly (int Status, string Text) NoKeyedStore = (
        StatusCodes.Status405MethodNotAllowed, "This store has no keys: POST publishes to it.");

    public static readonly (int Status, string Text) NoSuchStore = (StatusCodes.Status404NotFound, "There is no such store.");

    /// <summary>The refusal for a verdict; null when it is allowed.</summary>
    public static (int Status, string Text)? For(StoreVerdict verdict) => verdict switch
    {
        StoreVerdict.Allowed => null,
        StoreVerdict.Unauthenticated => (StatusCodes.Status401Unauthorized, "Sign in first."),
        StoreVerdict.Forbidden => (StatusCodes.Status403Forbidden, "You may not do this."),
        _ => NoSuchStore,
    };

    public static readonly (int Status, string Text) TooManyStores = (
        StatusCodes.Status503ServiceUnavailable,
        "There are too many stores at the moment. Come back later.");

    /// <summary>Refuses a user, with the application's challenge where signing in may help.</summary>
    /// <param name="context">The request.</param>
    /// <param name="verdict">The verdict; never <see cref="StoreVerdict.Allowed"/>.</param>
    /// <param name="policies">The policies that were asked.</param>
    public static async Task DenyAsync(HttpContext context, StoreVerdict verdict, IEnumerable<string?> policies)
    {
        if (verdict == StoreVerdict.Unauthenticated)
            await Challenge.AddAsync(context, policies);
        await WriteAsync(context, For(verdict)!.Value);
    }

    public static Task WriteAsync(HttpContext context, (int Status, string Text) refusal)
    {
        var (status, text) = refusal;
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.WriteAsync(text + "\n", context.RequestAborted);
    }

    /// <summary>
    /// Tells a client not to reconnect, because an operator has ended its subscription for good, or it has got all of stores that are
    /// complete: an <c>EventSource</c> stops on 204 (WHATWG HTML §9.2.3).
    /// </summary>
    public static Task StayAwayAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }

    /// <summary>
    /// Tells a client to reconnect later. Any status but 200 closes a browser's <c>EventSource</c> for good, so it gets a stream that says
    /// when to reconnect, and ends.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="format">The format of its response; null for a WebSocket, or a request for a ticket.</param>
    /// <param name="retry">When to reconnect.</param>
    /// <param name="why">The reason; by default <see cref="AdmissionRefusal.Full"/>.</param>
    public static async Task ComeBackAsync(HttpContext context, StreamFormat? format, TimeSpan retry, AdmissionRefusal? why = null)
    {
        why ??= AdmissionRefusal.Full;
        if (format is ServerSentEventFormat)
        {
            StreamHeaders.Set(context.Response, format);
            ServerSentEventSink.WriteOpening(context.Response.BodyWriter, retry);
            // Where middleware has replaced the body, only a flush passes the pipe's bytes to it.
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            return;
        }

        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(retry.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await WriteAsync(
            context, (why.IsTheirs ? StatusCodes.Status429TooManyRequests : StatusCodes.Status503ServiceUnavailable, why.Description));
    }
}
