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
        "The bare payloads of tornadose.raw do not say which store they are of: ask for one store, or leave the subprotocol out.");

    /// <summary>A list names its stores by event types.</summary>
    public static readonly (int Status, string Text) EventNameList = (
        StatusCodes.Status400BadRequest,
        "One of the stores is called as an event that an EventSource has itself, or that is the library's own: " +
            "ask for that store alone, or for JSON lines or a WebSocket.");

    public static readonly (int Status, string Text) NoKeys = (
        StatusCodes.Status400BadRequest, "A 'key' is that of one keyed store, which the path names.");

    public static readonly (int Status, string Text) NoKeyedStore = (
        StatusCodes.Status405MethodNotAllowed, "This store has no keys: POST publishes to it.");

    public static readonly (int Status, string Text) NoSuchStore = (StatusCodes.Status404NotFound, "There is no such store.");

    /// <summary>What the authoriser's verdict means to the client; null when it may go on.</summary>
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
    /// <param name="verdict">What the authoriser has said; not that it is allowed.</param>
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
    /// «Do not come back», to whom an operator has ended for good, and to whom has got all of stores that are complete: an
    /// <c>EventSource</c> that is answered 204 stops (WHATWG HTML §9.2.3).
    /// </summary>
    public static Task StayAwayAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }

    /// <summary>
    /// «Come back later», so that the client does. Any status but 200 closes a browser's <c>EventSource</c> for good, so it gets a stream
    /// that says when to reconnect, and ends.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="format">What it would have been answered in; null for a WebSocket.</param>
    /// <param name="retry">When to come back.</param>
    /// <param name="why">Why not now.</param>
    public static async Task ComeBackAsync(HttpContext context, StreamFormat? format, TimeSpan retry, AdmissionRefusal? why = null)
    {
        why ??= AdmissionRefusal.Full;
        if (format is ServerSentEventFormat)
        {
            StreamHeaders.Set(context.Response, format);
            ServerSentEventSink.WriteOpening(context.Response.BodyWriter, retry);
            // Where middleware has replaced the body, the pipe's bytes reach it by a flush and by nothing else.
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            return;
        }

        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(retry.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await WriteAsync(
            context, (why.IsTheirs ? StatusCodes.Status429TooManyRequests : StatusCodes.Status503ServiceUnavailable, why.Description));
    }
}
