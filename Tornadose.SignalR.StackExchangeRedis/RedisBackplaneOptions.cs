using Tornadose.SignalR.StackExchangeRedis;

namespace Tornadose.SignalR;

/// <summary>The options of the Redis backplane. Bound from the configuration section <c>Tornadose:Redis</c>.</summary>
public sealed class RedisBackplaneOptions
{
    /// <summary>
    /// The prefix of all keys and channels: <c>{prefix:store}…</c>. Default <c>tornadose</c>. 1 to 64 letters, digits, <c>.</c>,
    /// <c>_</c> and <c>-</c>. Nodes with the same Redis and the same prefix share their stores; two applications on one Redis need
    /// different prefixes.
    /// </summary>
    public string KeyPrefix { get; set; } = "tornadose";

    /// <summary>
    /// An additional channel for a store, by the store's name: <c>o.Channels["orders"] = "news"</c>. Whatever is published there
    /// (<c>PUBLISH news hello</c>) reaches the store's subscribers unchanged, once, live, and without an id, as on the store's own
    /// channel. This library itself continues to publish on the store's own channel. Default empty. Channel names are literal; the name of
    /// a store that the application has not added fails the start.
    /// </summary>
    public IDictionary<string, string> Channels { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// How often the positions of all followed stores are compared with Redis, in one round trip; at least as often as
    /// <see cref="ProbeInterval"/>. Default 5 s. From 50 ms to 10 minutes. A message whose announcement was lost, and which no other
    /// message follows, arrives within this time; so does a reset after Redis lost messages.
    /// </summary>
    public TimeSpan SyncInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The silence on the bus after which this node sends itself a message over it, because a connection can answer pings and deliver
    /// nothing. Default 5 s. From 50 ms to 1 hour; <see cref="Timeout.InfiniteTimeSpan"/> switches it off: such a connection is then
    /// detected late or never, and messages arrive only within <see cref="SyncInterval"/>.
    /// </summary>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long to wait for the answer to a command. Default 5 s. From 50 ms to 5 minutes. Then a publish throws, and a read is retried.
    /// </summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long to wait for the answers of the other nodes: to an order of <see cref="IStoreRevocation"/>, to a change of a group for a
    /// connection of another node, to the inspector, and to <see cref="IStoreSubscribers.CountEverywhereAsync"/>. Default 1 s. From 50 ms
    /// to 5 minutes. Then orders and group changes throw <see cref="StoreUnavailableException"/>, the inspector answers a dismissal with
    /// 503, and reports and counts include only the nodes that answered.
    /// </summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a store is still followed after its last reader has left. Default 10 s. From 0 to 1 hour. After it, announcements of the
    /// store cost this node nothing, and the next reader has to wait for a read of the log.
    /// </summary>
    public TimeSpan Linger { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether the application fails to start when Redis does not answer within <see cref="CommandTimeout"/>. Default false: it starts,
    /// and until Redis answers the health check is unhealthy and publishing throws.
    /// </summary>
    public bool RequireAtStartup { get; set; }

    /// <summary>
    /// How long a comparison waits for a message that may still be on its way over the bus. Part of <see cref="SyncInterval"/>.
    /// </summary>
    internal TimeSpan Grace => SyncInterval > TimeSpan.FromSeconds(2) ? TimeSpan.FromSeconds(1) : SyncInterval / 2;
}
