namespace BlazorDashboard.Metrics;

/// <summary>What the library measures of itself, with its meter <c>Tornadose.SignalR</c>. Store <c>delivery</c>, every second.</summary>
/// <param name="At">When it was read, in milliseconds since 1970.</param>
/// <param name="Published">Messages a second that this process published.</param>
/// <param name="Delivered">Messages a second handed to connections.</param>
/// <param name="Sent">Their bytes a second.</param>
/// <param name="Lag">Median milliseconds from a message's arrival in the log to its write to a connection, over the last second; null when
/// nothing was written.</param>
/// <param name="WorstLag">The longest of them.</param>
/// <param name="Resets">Announcements that messages are missing, since the process began.</param>
/// <param name="Resumed">Subscriptions that resumed after an id, since the process began.</param>
/// <param name="Subscribers">Subscriptions now. A connection that reads three stores counts three times.</param>
public sealed record DeliveryMetrics(
    long At,
    double Published,
    double Delivered,
    double Sent,
    double? Lag,
    double? WorstLag,
    long Resets,
    long Resumed,
    SubscriberCounts Subscribers);

/// <summary>Subscriptions by transport.</summary>
public sealed record SubscriberCounts(long SignalR, long Sse, long WebSocket, long JsonLines)
{
    /// <summary>All of them.</summary>
    public long Total => SignalR + Sse + WebSocket + JsonLines;
}
