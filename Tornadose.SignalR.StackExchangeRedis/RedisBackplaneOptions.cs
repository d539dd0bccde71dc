using Tornadose.SignalR.StackExchangeRedis;

namespace Tornadose.SignalR;

/// <summary>The options of the Redis backplane. Bound from the configuration section <c>Tornadose:Redis</c>.</summary>
public sealed class RedisBackplaneOptions
{
    /// <summary>
    /// What the names of all keys and channels begin with: <c>{prefix:store}…</c>. Default <c>tornadose</c>. 1 to 64 letters, digits,
    /// <c>.</c>, <c>_</c> and <c>-</c>. Nodes share stores when they share Redis and prefix; two applications on one Redis need different
    /// ones.
    /// </summary>
    public string KeyPrefix { get; set; } = "tornadose";

    /// <summary>
    /// A further channel for a store, by the store's name: <c>o.Channels["orders"] = "news"</c>. Whatever anybody publishes there
    /// (<c>PUBLISH news hello</c>) reaches the store's subscribers as it is, once, live, and without an id, as on the store's own channel,
    /// which goes on to be the one that this library publishes on. Default empty. The names are literal; a name that does not belong to a
    /// store added by the application fails the start.
    /// </summary>
    public IDictionary<string, string> Channels { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// How often the positions of all followed stores are compared with Redis, in one round trip; at least as often as <see
    /// cref="ProbeInterval"/>. Default 5 s. From 50 ms to 10 minutes. A message whose announcement was lost, with none after it, arrives
    /// within this time; so does a reset after Redis lost messages.
    /// </summary>
    public TimeSpan SyncInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The silence on the bus after which this node sends itself a message over it, because a connection can answer pings and deliver
    /// nothing. Default 5 s. From 50 ms to 1 hour; <see cref="Timeout.InfiniteTimeSpan"/> switches it off: then such a connection is found
    /// late or never, and messages arrive within <see cref="SyncInterval"/> only.
    /// </summary>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// For how long Redis may leave a command unanswered. Default 5 s. From 50 ms to 5 minutes. A publish then throws; reading is tried
    /// again.
    /// </summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// For how long a store stays followed after its last reader has gone. Default 10 s. From 0 to 1 hour. After it the store costs this
    /// node nothing; the next reader then has to wait for a read.
    /// </summary>
    public TimeSpan Linger { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether the application fails to start when Redis does not answer within <see cref="CommandTimeout"/>. Default false: it starts,
    /// the health check is unhealthy, publishing throws, and all of that heals when Redis answers.
    /// </summary>
    public bool RequireAtStartup { get; set; }

    /// <summary>
    /// For how long a message that a comparison has found may still be on its way over the bus. Part of <see cref="SyncInterval"/>.
    /// </summary>
    internal TimeSpan Grace => SyncInterval > TimeSpan.FromSeconds(2) ? TimeSpan.FromSeconds(1) : SyncInterval / 2;
}
