using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.LongPolling;

/// <summary>
/// <c>?wait=30s</c>: one JSON answer, as soon as there is something after the id, and with the next id. A subscription like any other,
/// that ends with its first batch, or when the wait is over.
/// </summary>
internal sealed class LongPollingFormat(TimeProvider time) : StreamFormat("long-polling", "application/json", LongPollingEncoder.Instance)
{
    /// <summary>Without it a request for JSON is one for a snapshot.</summary>
    public static bool IsAskedFor(HttpRequest request) => RequestParts.Query(request).ContainsKey(WaitTime.Parameter);

    public override string? FindFault(HttpRequest request) =>
        !IsAskedFor(request) || WaitTime.TryParse(request.Query[WaitTime.Parameter], out _) ? null : WaitTime.Expected;

    public override IFrameSink CreateSink(StreamContext context)
    {
        WaitTime.TryParse(context.HttpContext.Request.Query[WaitTime.Parameter], out var wait);
        // Who comes with the newest id was given the mark with it (LongPollingSink), and would get it again and again instead of waiting.
        if (wait > TimeSpan.Zero)
            context.SkipMarks();
        return new LongPollingSink(context, wait, time);
    }
}
