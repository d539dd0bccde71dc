using Tornadose.SignalR.Delivery;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Tornadose.SignalR;

/// <summary>The options of all stores and connections. Bound from the configuration section <c>Tornadose</c>.</summary>
public sealed class TornadoseOptions
{
    /// <summary>
    /// The silence after which a connection gets a keep-alive: a comment on Server-Sent Events, an empty line on JSON lines, a ping on
    /// WebSockets. Default 15 s. From 1 s to 1 hour; keep it under the idle time-out of every proxy on the way (nginx: 60 s).
    /// </summary>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// For how long a WebSocket's peer may leave a ping unanswered, before it counts as vanished. Default 15 s. From 1 s to 1 hour.
    /// </summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The time over which subscriptions are ended when the application stops, so that their clients do not all reconnect at once. Default
    /// 10 s. From 0 to 10 minutes; keep it under the host's shutdown time-out (30 s) and the orchestrator's grace period.
    /// <c>IHostApplicationLifetime.StopApplication()</c> returns when they have ended.
    /// </summary>
    public TimeSpan DrainWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The age at which a subscription is ended, so that its client connects anew: to a node that was added, through a load balancer that
    /// has moved, after a look at its credentials. Each is ended at a random age from four fifths of it to all of it. Default null: never.
    /// From 10 s to 30 days. Clients come back with their last id, and miss nothing. On the hub the connection ends, a stream of
    /// <c>Watch</c> alone.
    /// </summary>
    public TimeSpan? MaxConnectionAge { get; set; }

    /// <summary>
    /// The shortest time that browsers are told to wait before they reconnect (<c>retry:</c>). Default 1 s. From 0 to 1 hour.
    /// </summary>
    public TimeSpan RetryMin { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest time that browsers are told to wait before they reconnect; each connection gets a random one between the two. Default 4
    /// s. From <see cref="RetryMin"/> to 1 hour.
    /// </summary>
    public TimeSpan RetryMax { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// How many subscribers this process takes, on all transports together. Default 1,000,000. From 1. Beyond it an <c>EventSource</c> is
    /// told to come back later in a way that it understands (200, <c>retry:</c>, end), other clients get 503.
    /// </summary>
    public int MaxSubscribers { get; set; } = 1_000_000;

    /// <summary>
    /// How many subscriptions a user may have in this process, each store of a list counted, or, where nobody has signed in, an address
    /// (of IPv6 a /64 network); see <see cref="LimitKey"/>. Default null: no limit. From 1. Beyond it an <c>EventSource</c> is told to
    /// come back later, other clients get 429, hub methods an error. Behind a proxy addresses need <c>UseForwardedHeaders()</c>: without
    /// it all clients have the proxy's.
    /// </summary>
    public int? MaxSubscribersPerUser { get; set; }

    /// <summary>
    /// How many subscriptions may begin in a second in this process, and at once. Default null: no limit. From 1. Beyond it an
    /// <c>EventSource</c> is told to come back later, other clients get 503, hub methods an error: so a herd that comes back after an
    /// outage is let in at a pace that leaves the others alone.
    /// </summary>
    public int? MaxJoinsPerSecond { get; set; }

    /// <summary>
    /// How many old messages a user, or an address, gets sent again in a second on the average, by resumes, <c>from=earliest</c>,
    /// <c>last=n</c> and snapshots; ten times as many at once, and one that asks for more than that is let through when it had nothing for
    /// a while. Default 100,000; null for no limit. From 1. Beyond it an <c>EventSource</c> is told to come back later, other clients get
    /// 429, hub methods an error; nothing is lost, for the id stays good.
    /// </summary>
    public int? MaxReplayedPerSecond { get; set; } = 100_000;

    /// <summary>
    /// How many calls of the hub methods that subscribe or publish a user may make over hubs in a second, and at once; where nobody has
    /// signed in, a connection. Default 100; null for no limit. From 1. Beyond it the call fails.
    /// </summary>
    public int? MaxHubCallsPerSecond { get; set; } = 100;

    /// <summary>
    /// How many stream tickets a user gets in a second on the average, and ten times as many at once. Default 10; null for no limit.
    /// From 1. Beyond it the request for one is answered by 429. What is remembered of used tickets is
    /// bounded by this, for each user alone.
    /// </summary>
    public int? MaxTicketsPerSecond { get; set; } = 10;

    /// <summary>
    /// How many subscriptions one hub connection may have at a time, streams of <c>Watch</c> included. Default 256. From 1. Beyond it the
    /// call fails. Without it a few connections could hold the subscriptions of thousands.
    /// </summary>
    public int MaxSubscriptionsPerConnection { get; set; } = 256;

    /// <summary>
    /// How many messages a WebSocket's peer may send in a second, and at once. They are of no use to a subscription, and ignored. Of
    /// pings and pongs it may send twenty times as many. Default 10. From 1. Beyond it the socket is closed with 1008.
    /// </summary>
    public int MaxInboundMessagesPerSecond { get; set; } = 10;

    /// <summary>
    /// Whom a request is counted for, to <see cref="MaxSubscribersPerUser"/>, <see cref="MaxStoresPerUser"/>,
    /// <see cref="MaxReplayedPerSecond"/> and <see cref="MaxTicketsPerSecond"/>: any text, null for nobody. Default null: the user by
    /// <see cref="UserId"/>, else the address. Not from configuration.
    /// </summary>
    public Func<HttpContext, string?>? LimitKey { get; set; }

    /// <summary>
    /// How many stores of families may exist at a time. Default 10,000. From 1. Beyond it stores that nobody uses and that never had a
    /// message are dropped; when there are none, new ones are refused: 503 over HTTP, an error of the hub method, a <see
    /// cref="TooManyStoresException"/> in the process.
    /// </summary>
    public int MaxStores { get; set; } = 10_000;

    /// <summary>
    /// How many stores of families may exist at a time because one user, or one address, was the first to ask for them or to publish to
    /// them over HTTP or a hub (<see cref="LimitKey"/>). Default 5,000, half of <see cref="MaxStores"/>, so
    /// that no single client can make all of them; null for no limit. From 1. Beyond it that client's requests for new ones are refused
    /// as with <see cref="MaxStores"/>.
    /// </summary>
    public int? MaxStoresPerUser { get; set; } = 5_000;

    /// <summary>
    /// How many bytes of payload and event types all stores of this process may keep together, before stores of families grow no
    /// further. Default 1 GiB. From 1 MiB. Beyond it a message by which a store of a family would grow is
    /// refused: 503 over HTTP, an error of the hub method, a <c>StoreRefusedException</c> in the process. Stores that the
    /// application has declared by name have limits of their own, <c>StoreOptions.MaxBytes</c>, and are never
    /// refused. Rendered copies come on top, one for each wire format in use.
    /// </summary>
    public long MaxBytes { get; set; } = 1L << 30;

    /// <summary>
    /// The origins of web pages that may open WebSockets, publish and get stream tickets, besides those of the same host, as browsers send
    /// them: <c>https://app.example</c>, without a path, in small letters, with the port only where it is not the scheme's own; the host's
    /// name in Unicode or in punycode. What no page could match is refused at start. Default empty. <c>*</c> allows every page, which with
    /// cookies lets any site read what its visitors may read. Others get 403. Clients that are no browsers send no origin, and are not
    /// concerned.
    /// </summary>
    public IList<string> AllowedOrigins { get; private set; } = [];

    /// <summary>
    /// Whether a subscription ends when the authentication that its client came with expires: the token, the cookie's ticket, or that
    /// behind a stream ticket. Default true, within a second, on all transports and the hub, whose option of the same name is set by this
    /// one. Clients come back with new credentials, or meet 401.
    /// </summary>
    public bool CloseOnAuthenticationExpiration { get; set; } = true;

    /// <summary>
    /// How often the read policies are asked again about all open subscriptions, with the claims that the users came with. Default null:
    /// never, but by <c>IStoreRevocation</c>. From 1 s to 1 day. A policy that asks a database is asked once for each subscription and
    /// store in each interval, one after the other.
    /// </summary>
    public TimeSpan? AccessRecheckInterval { get; set; }

    /// <summary>
    /// For how long a read policy may take to answer when it is asked again about an open subscription. Default 10 s. From 100 ms to 10
    /// minutes. A check that takes longer has failed (see <see cref="EndOnFailedRecheck"/>), and the next one
    /// begins.
    /// </summary>
    public TimeSpan AccessRecheckTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// What becomes of a subscription whose read policy throws, or does not answer in time, when it is asked again; and, when a user is
    /// revoked, of one whose <see cref="UserId"/> throws. Default false: it goes on, because ending every
    /// stream when the policies' database is down would cause a reconnect storm against that database. True ends it, which is safer
    /// where a right that was taken away matters more than availability. Either way the log says so, and
    /// <c>tornadose.access.rechecks.failed</c> counts it.
    /// </summary>
    public bool EndOnFailedRecheck { get; set; }

    /// <summary>
    /// Who a user is, to <c>IStoreRevocation</c> and to the limits per user: null for somebody unknown. Default: the claim
    /// <c>NameIdentifier</c>, else <c>sub</c>, else the name. Not from configuration.
    /// </summary>
    public Func<ClaimsPrincipal, string?> UserId { get; set; } =
        static user => user.FindFirst(ClaimTypes.NameIdentifier)?.Value ?? user.FindFirst("sub")?.Value ?? user.Identity?.Name;

    /// <summary>
    /// Whether streams and the hub take a bearer token in the query, <c>?access_token=…</c>, where there is no <c>Authorization</c>
    /// header: it is moved there before the application's authentication looks, and out of the URL. Default false: URLs are logged on the
    /// way, by proxies above all; prefer stream tickets. Setting it also keeps the host's line «Request starting …» out of the log, which
    /// has the URL as it came (category <c>Microsoft.AspNetCore.Hosting.Diagnostics</c>, below Warning).
    /// </summary>
    public bool AccessTokenInQuery { get; set; }

    /// <summary>
    /// For how long a stream ticket can be used, once. Default 30 s. From 1 s to 10 minutes. It has to outlast the way from the ticket's
    /// answer to the stream's request, no more: the stream itself lasts longer.
    /// </summary>
    public TimeSpan TicketLifetime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Takes over what a reload of the configuration has changed: all parts of the application hold this one instance. What they have
    /// asked for at start already needs a restart, and stays: see <c>docs/options.md</c>.
    /// </summary>
    internal void TakeOver(TornadoseOptions changed)
    {
        KeepAlive = changed.KeepAlive;
        KeepAliveTimeout = changed.KeepAliveTimeout;
        DrainWindow = changed.DrainWindow;
        MaxConnectionAge = changed.MaxConnectionAge;
        RetryMin = changed.RetryMin;
        RetryMax = changed.RetryMax;
        MaxSubscribers = changed.MaxSubscribers;
        MaxSubscribersPerUser = changed.MaxSubscribersPerUser;
        MaxJoinsPerSecond = changed.MaxJoinsPerSecond;
        MaxReplayedPerSecond = changed.MaxReplayedPerSecond;
        MaxHubCallsPerSecond = changed.MaxHubCallsPerSecond;
        MaxTicketsPerSecond = changed.MaxTicketsPerSecond;
        MaxSubscriptionsPerConnection = changed.MaxSubscriptionsPerConnection;
        MaxInboundMessagesPerSecond = changed.MaxInboundMessagesPerSecond;
        LimitKey = changed.LimitKey;
        AllowedOrigins = changed.AllowedOrigins;
        AccessRecheckInterval = changed.AccessRecheckInterval;
        AccessRecheckTimeout = changed.AccessRecheckTimeout;
        EndOnFailedRecheck = changed.EndOnFailedRecheck;
        UserId = changed.UserId;
        TicketLifetime = changed.TicketLifetime;
    }

    /// <summary>The age at which one subscription ends: those that began together, after a deployment, end apart.</summary>
    internal TimeSpan NextAge() =>
        MaxConnectionAge is { } age ? age * (0.8 + (0.2 * Random.Shared.NextDouble())) : Timeout.InfiniteTimeSpan;

    /// <summary>A reconnection time for one client.</summary>
    internal TimeSpan NextRetry() => RetryMin + ((RetryMax - RetryMin) * Random.Shared.NextDouble());
}
