using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.LongPolling;

/// <summary>
/// <c>?wait=30s</c>: one JSON response, as soon as there is something after the id, with the next id. A subscription like any other,
/// except that it ends after its first batch or when the wait is over.
/// </summary>
internal sealed class LongPollingFormat(TimeProvider time) : StreamFormat("long-polling", "application/json", LongPollingEncoder.Instance)
{
    /// <summary>Without the parameter, a request for JSON gets a snapshot.</summary>
    public static bool IsAskedFor(HttpRequest request) => RequestParts.Query(request).ContainsKey(WaitTime.Parameter);

    public override string? FindFault(HttpRequest request) =>
        !IsAskedFor(request) || WaitTime.TryParse(request.Query[WaitTime.Parameter], out _) ? null : WaitTime.Expected;

    public override IFrameSink CreateSink(StreamContext context)
    {
        WaitTime.TryParse(context.HttpContext.Request.Query[WaitTime.Parameter], out var wait);
        // A client with the newest id already got the mark with it (LongPollingSink), and would get it again and again instead of waiting.
        if (wait > TimeSpan.Zero)
            context.SkipMarks();
        return new LongPollingSink(context, wait, time);
    }
}
