using System.Security.Claims;

namespace Tornadose.SignalR.Delivery;

/// <summary>The options of all stores and connections. Bound from the configuration section <c>Tornadose</c>.</summary>
public sealed class TornadoseOptions
{
    /// <summary>
    /// The silence after which a connection gets a keep-alive: a comment on Server-Sent Events, an empty line on JSON lines, a ping on WebSockets. Default 15 s.
    /// From 1 s to 1 hour; keep it under the idle time-out of every proxy on the way (nginx: 60 s).
    /// </summary>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// For how long a WebSocket's peer may leave a ping unanswered, before it counts as vanished. Default 15 s. From 1 s to 1 hour.
    /// </summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The time over which subscriptions are ended when the application stops, so that their clients do not all reconnect at once. Default 10 s. From 0 to 10 minutes;
    /// keep it under the host's shutdown time-out (30 s) and the orchestrator's grace period. <c>IHostApplicationLifetime.StopApplication()</c> returns when they have ended.
    /// </summary>
    public TimeSpan DrainWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The shortest time that browsers are told to wait before they reconnect (<c>retry:</c>). Default 1 s. From 0 to 1 hour.
    /// </summary>
    public TimeSpan RetryMin { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest time that browsers are told to wait before they reconnect; each connection gets a random one between the two. Default 4 s. From <see cref="RetryMin"/> to 1 hour.
    /// </summary>
    public TimeSpan RetryMax { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// How many subscribers this process takes, on all transports together. Default 1,000,000. From 1. Beyond it an <c>EventSource</c> is told to come back later in a way that it
    /// understands (200, <c>retry:</c>, end), other clients get 503.
    /// </summary>
    public int MaxSubscribers { get; set; } = 1_000_000;

    /// <summary>
    /// How many stores of families may exist at a time. Default 10,000. From 1. Beyond it stores that nobody uses and that never had a message are dropped; when there are none, new ones are refused:
    /// 503 over HTTP, an error of the hub method, a <see cref="InvalidOperationException"/> in the process.
    /// </summary>
    public int MaxStores { get; set; } = 10_000;

    /// <summary>
    /// The origins of web pages that may open WebSockets and publish, besides those of the same host, exactly as browsers send them: <c>https://app.example</c>. Default empty. <c>*</c> allows every page, which
    /// with cookies lets any site read what its visitors may read. Others get 403. Clients that are no browsers send no origin, and are not concerned.
    /// </summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>
    /// Whether a subscription ends when the authentication that its client came with expires: the token, the cookie's ticket, or that behind a stream ticket. Default true, within a second, on all transports and the hub, whose
    /// option of the same name is set by this one. Clients come back with new credentials, or meet 401.
    /// </summary>
    public bool CloseOnAuthenticationExpiration { get; set; } = true;

    /// <summary>
    /// How often the read policies are asked again about all open subscriptions, with the claims that the users came with. Default null: never, but by <c>IStoreRevocation</c>. From 1 s to 1 day. A policy that asks a database is asked
    /// once for each subscription and store in each interval, one after the other.
    /// </summary>
    public TimeSpan? AccessRecheckInterval { get; set; }

    /// <summary>
    /// Who a user is, to <c>IStoreRevocation</c> and to the limits per user: null for somebody unknown. Default: the claim <c>NameIdentifier</c>, else <c>sub</c>, else the name. Not from configuration.
    /// </summary>
    public Func<ClaimsPrincipal, string?> UserId { get; set; } =
        static user => user.FindFirst(ClaimTypes.NameIdentifier)?.Value ?? user.FindFirst("sub")?.Value ?? user.Identity?.Name;

    /// <summary>
    /// For how long a stream ticket can be used, once. Default 30 s. From 1 s to 10 minutes. It has to outlast the way from the ticket's answer to the stream's request, no more: the stream itself lasts longer.
    /// </summary>
    public TimeSpan TicketLifetime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A reconnection time for one client.</summary>
    internal TimeSpan NextRetry() => RetryMin + ((RetryMax - RetryMin) * Random.Shared.NextDouble());
}
