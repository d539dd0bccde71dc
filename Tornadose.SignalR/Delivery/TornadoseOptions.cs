using Tornadose.SignalR.Delivery;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Tornadose.SignalR;

/// <summary>The options of all stores and connections. Bound from the configuration section <c>Tornadose</c>.</summary>
public sealed class TornadoseOptions
{
    /// <summary>
    /// The silence after which a connection gets a keep-alive: a comment on Server-Sent Events, an empty line on JSON lines, a ping on
    /// WebSockets. Default 15 s. From 1 s to 1 hour; keep it under the idle timeout of every proxy on the way (nginx: 60 s).
    /// </summary>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a WebSocket's peer may leave a ping unanswered before it counts as disconnected. Default 15 s. From 1 s to 1 hour.
    /// </summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The time over which subscriptions are ended when the application stops, so that their clients do not all reconnect at once. Default
    /// 10 s. From 0 to 10 minutes; keep it under the host's shutdown timeout (30 s) and the orchestrator's grace period.
    /// <c>IHostApplicationLifetime.StopApplication()</c> returns when they have ended.
    /// </summary>
    public TimeSpan DrainWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The maximum age of a subscription. At that age its client has to reconnect: to a node that was added, through a load balancer that
    /// has moved, after its credentials were checked again. Each subscription ends at a random age from four fifths of this time to all of
    /// it. Default null: never. From 10 s to 30 days. Clients reconnect with their last id and miss nothing. On the hub the whole
    /// connection ends; of <c>Watch</c>, only the stream.
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
    /// How many subscriptions a user, or an address if nobody has signed in (for IPv6 a /64 network), may have in this process; see
    /// <see cref="LimitKey"/>. Each store of a list counts. Default null: no limit. From 1. Beyond it an <c>EventSource</c> is told to
    /// come back later, other clients get 429, hub methods an error. Behind a proxy, addresses need <c>UseForwardedHeaders()</c>; without
    /// it, all clients have the proxy's.
    /// </summary>
    public int? MaxSubscribersPerUser { get; set; }

    /// <summary>
    /// How many subscriptions may begin per second in this process, which is also the burst. Default null: no limit. From 1. Beyond it an
    /// <c>EventSource</c> is told to come back later, other clients get 503, hub methods an error. This limits a reconnect storm after an
    /// outage to a rate that does not disturb the other subscribers.
    /// </summary>
    public int? MaxJoinsPerSecond { get; set; }

    /// <summary>
    /// How many old messages per second a user, or an address, may replay on average, by resumes, <c>from=earliest</c>, <c>last=n</c> and
    /// snapshots. The burst is ten times as many; a request for more is admitted after some time without replays. Default 100,000; null
    /// for no limit. From 1. Beyond it an <c>EventSource</c> is told to come back later, other clients get 429, hub methods an error;
    /// nothing is lost, because the id stays valid.
    /// </summary>
    public int? MaxReplayedPerSecond { get; set; } = 100_000;

    /// <summary>
    /// How many calls per second a user, or a connection if nobody has signed in, may make of the hub methods that subscribe or publish,
    /// on all hubs together. It is also the burst. Default 100; null for no limit. From 1. Beyond it the call fails.
    /// </summary>
    public int? MaxHubCallsPerSecond { get; set; } = 100;

    /// <summary>
    /// How many stream tickets per second a user may get on average; the burst is ten times as many. Default 10; null for no limit. From
    /// 1. Beyond it a request for one is answered with 429. This also bounds, for each user, the memory for used tickets.
    /// </summary>
    public int? MaxTicketsPerSecond { get; set; } = 10;

    /// <summary>
    /// How many subscriptions one hub connection may have at a time, streams of <c>Watch</c> included. Default 256. From 1. Beyond it the
    /// call fails. Without it a few connections could hold the subscriptions of thousands.
    /// </summary>
    public int MaxSubscriptionsPerConnection { get; set; } = 256;

    /// <summary>
    /// How many messages per second a WebSocket's peer may send, which is also the burst. A subscription has no use for them, and ignores
    /// them. Pings and pongs may be twenty times as many. Default 10. From 1. Beyond it the socket is closed with 1008.
    /// </summary>
    public int MaxInboundMessagesPerSecond { get; set; } = 10;

    /// <summary>
    /// The key under which a request counts toward <see cref="MaxSubscribersPerUser"/>, <see cref="MaxStoresPerUser"/>,
    /// <see cref="MaxReplayedPerSecond"/> and <see cref="MaxTicketsPerSecond"/>: any text; null to leave it uncounted. Default null: the
    /// user by <see cref="UserId"/>, else the address. Not from configuration.
    /// </summary>
    public Func<HttpContext, string?>? LimitKey { get; set; }

    /// <summary>
    /// How many stores of families may exist at a time. Default 10,000. From 1. Beyond it, unused stores that never had a message are
    /// dropped; if there are none, new ones are refused: 503 over HTTP, an error of the hub method, a <see cref="TooManyStoresException"/>
    /// in the process.
    /// </summary>
    public int MaxStores { get; set; } = 10_000;

    /// <summary>
    /// How many stores of families may exist at a time that one user, or one address, was the first to request or to publish to, over HTTP
    /// or a hub (<see cref="LimitKey"/>). Default 5,000, half of <see cref="MaxStores"/>, so that no single client can create all of them;
    /// null for no limit. From 1. Beyond it, that client's requests for new ones are refused as with <see cref="MaxStores"/>.
    /// </summary>
    public int? MaxStoresPerUser { get; set; } = 5_000;

    /// <summary>
    /// How many bytes of payload and event types all stores of this process may keep together before stores of families can no longer
    /// grow. Default 1 GiB. From 1 MiB. Beyond it, a message that would make a store of a family grow is refused: 503 over HTTP, an error
    /// of the hub method, a <c>StoreRefusedException</c> in the process. Stores that the application has declared by name have limits of
    /// their own, <c>StoreOptions.MaxBytes</c>, and are never refused. Rendered copies come on top, one for each wire format in use.
    /// </summary>
    public long MaxBytes { get; set; } = 1L << 30;

    /// <summary>
    /// The origins of web pages that may open WebSockets, publish and get stream tickets, besides those of the same host, as browsers send
    /// them: <c>https://app.example</c>, without a path, in lower case, with the port only if it is not the scheme's default; the host's
    /// name in Unicode or in punycode. An entry that no page could match is refused at startup. Default empty. <c>*</c> allows every page,
    /// which with cookies lets any site read what its visitors may read. Other pages get 403. Clients other than browsers send no origin
    /// and are not affected.
    /// </summary>
    public IList<string> AllowedOrigins { get; private set; } = [];

    /// <summary>
    /// Whether a subscription ends when the authentication of its client expires: the token, the cookie's ticket, or the authentication
    /// behind a stream ticket. Default true. It ends within a second, on all transports and on the hub, whose option of the same name gets
    /// this value. Clients reconnect with new credentials, or get 401.
    /// </summary>
    public bool CloseOnAuthenticationExpiration { get; set; } = true;

    /// <summary>
    /// How often the read policies are evaluated again for all open subscriptions, with the claims that the users connected with. Default
    /// null: only by <c>IStoreRevocation</c>. From 1 s to 1 day. A policy that queries a database does so once for each subscription and
    /// store in each interval, one after the other.
    /// </summary>
    public TimeSpan? AccessRecheckInterval { get; set; }

    /// <summary>
    /// How long a read policy may take when it is evaluated again for an open subscription. Default 10 s. From 100 ms to 10 minutes. A
    /// check that takes longer has failed (see <see cref="EndOnFailedRecheck"/>), and the next one begins.
    /// </summary>
    public TimeSpan AccessRecheckTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether a subscription ends when its read policy throws or times out as it is evaluated again, or when <see cref="UserId"/> throws
    /// for it while a user is revoked. Default false: it continues, because ending every stream when the policies' database is down would
    /// cause a reconnect storm against that database. True is safer where revoking a right matters more than availability. Either way it
    /// is logged, and <c>tornadose.access.rechecks.failed</c> counts it.
    /// </summary>
    public bool EndOnFailedRecheck { get; set; }

    /// <summary>
    /// The id of a user, for <c>IStoreRevocation</c> and the limits per user; null for an unknown user. Default: the claim
    /// <c>NameIdentifier</c>, else <c>sub</c>, else the name. Not from configuration.
    /// </summary>
    public Func<ClaimsPrincipal, string?> UserId { get; set; } =
        static user => user.FindFirst(ClaimTypes.NameIdentifier)?.Value ?? user.FindFirst("sub")?.Value ?? user.Identity?.Name;

    /// <summary>
    /// Whether streams and the hub accept a bearer token in the query, <c>?access_token=…</c>, if there is no <c>Authorization</c> header.
    /// It is moved from the URL to that header before the application's authentication runs. Default false: URLs are logged on the way,
    /// above all by proxies; prefer stream tickets. Setting it also keeps the host's line «Request starting …», which has the original
    /// URL, out of the log (category <c>Microsoft.AspNetCore.Hosting.Diagnostics</c>, below Warning).
    /// </summary>
    public bool AccessTokenInQuery { get; set; }

    /// <summary>
    /// How long a stream ticket can be used, once. Default 30 s. From 1 s to 10 minutes. It only has to cover the time from the ticket's
    /// response to the stream's request; the stream itself may last longer.
    /// </summary>
    public TimeSpan TicketLifetime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Applies what a reload of the configuration has changed: all parts of the application hold this one instance. Options that are read
    /// only at startup need a restart and are left out: see <c>docs/options.md</c>.
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

    /// <summary>
    /// A random age at which one subscription ends, so that those that began together, after a deployment, do not end together.
    /// </summary>
    internal TimeSpan NextAge() =>
        MaxConnectionAge is { } age ? age * (0.8 + (0.2 * Random.Shared.NextDouble())) : Timeout.InfiniteTimeSpan;

    /// <summary>A random reconnection time for one client.</summary>
    internal TimeSpan NextRetry() => RetryMin + ((RetryMax - RetryMin) * Random.Shared.NextDouble());
}
