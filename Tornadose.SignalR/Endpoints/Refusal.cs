using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.ServerSentEvents;

namespace Tornadose.SignalR.Endpoints;

/// <summary>Answers to requests that get no subscription. None of them has registered anything.</summary>
internal static class Refusal
{
    public static Task WriteAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(text + "\n", context.RequestAborted);
    }

    /// <summary>
    /// «Come back later», so that the client does. Any status but 200 closes a browser's <c>EventSource</c> for good, so it gets a stream that
    /// says when to reconnect, and ends.
    /// </summary>
    public static Task ComeBackAsync(HttpContext context, StreamFormat format, TimeSpan retry)
    {
        if (format == StreamFormat.ServerSentEvents)
        {
            StreamHeaders.Set(context.Response, AcceptNegotiation.EventStream);
            ServerSentEventSink.WriteOpening(context.Response.BodyWriter, retry);
            return Task.CompletedTask;
        }

        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(retry.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "The server takes no more subscribers at the moment. Come back later.");
    }
}
