using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.LongPolling;

namespace Tornadose.SignalR.Endpoints;

/// <summary>The query parameter <c>every</c> of a stream: the shortest time between two batches that the client wants.</summary>
internal static class Every
{
    private const string Parameter = "every";

    /// <returns>What is wrong with the request, for its author; null when nothing is.</returns>
    public static string? FindFault(HttpRequest request)
    {
        var text = RequestParts.Query(request)[Parameter];
        if (text.Count == 0
            || (WaitTime.TryParse(text, out var interval) && interval >= DeliveryPace.Shortest && interval <= DeliveryPace.Longest))
            return null;
        return "The query parameter 'every' takes a time from 50ms to 60s, as in 'every=500ms'.";
    }

    /// <returns>The time; zero for as fast as possible.</returns>
    public static TimeSpan Read(HttpRequest request) =>
        WaitTime.TryParse(RequestParts.Query(request)[Parameter], out var interval) ? interval : TimeSpan.Zero;
}
