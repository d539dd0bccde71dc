using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.LongPolling;
using Tornadose.SignalR.WebSockets;

namespace Tornadose.SignalR.Endpoints;

/// <summary>
/// The query parameter <c>heartbeat</c> of a WebSocket: the silence after which the server sends a message without content. Browsers
/// answer pings without showing them, so a page cannot tell a quiet store from a dead connection by them.
/// </summary>
internal static class Heartbeat
{
    private const string Parameter = "heartbeat";

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);

    /// <returns>What is wrong with the request, for its author; null when nothing is.</returns>
    public static string? FindFault(HttpContext context)
    {
        var text = RequestParts.Query(context.Request)[Parameter];
        if (text.Count == 0)
            return null;
        if (WebSocketSubscription.IsRaw(context))
            return "A heartbeat would look like a message on tornadose.raw: leave the subprotocol out, or the heartbeat.";
        return WaitTime.TryParse(text, out var silence)
            && silence >= Shortest ? null : "The query parameter 'heartbeat' takes a time from 100ms to 5m, as in 'heartbeat=15s'.";
    }

    /// <returns>The silence; infinite for no heartbeat.</returns>
    public static TimeSpan Read(HttpRequest request) =>
        WaitTime.TryParse(RequestParts.Query(request)[Parameter], out var silence) ? silence : Timeout.InfiniteTimeSpan;
}
