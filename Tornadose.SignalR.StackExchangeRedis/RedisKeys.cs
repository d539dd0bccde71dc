using StackExchange.Redis;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// The names of a store's keys and channels in Redis. All share the hash tag <c>{prefix:store}</c>, and therefore one slot of a cluster.
/// </summary>
/// <remarks>
/// The prefix holds no colon and neither part a brace, so two stores never share a name. The channel is literal: a store named <c>*</c>
/// must not become a pattern.
/// </remarks>
/// <param name="prefix">The prefix of all names.</param>
/// <param name="store">The store.</param>
/// <param name="furtherChannel">An additional channel chosen by the application, where anybody may publish; null for none.</param>
internal sealed class RedisKeys(string prefix, string store, string? furtherChannel = null)
{
    private readonly string _tag = $"{{{prefix}:{store}}}";

    /// <summary>
    /// The hash with epoch, offset and tag of the newest message, the secret of the proofs, and the limits for foreign publishers.
    /// </summary>
    public RedisKey Meta => _tag + ":meta";

    /// <summary>The stream of the last messages; an entry's id is <c>offset-tag</c>.</summary>
    public RedisKey Log => _tag + ":log";

    /// <summary>
    /// The keys of a keyed store: the meta hash, the hash of each key's newest change, and two sets, sorted by offset: the keys that have
    /// a value, and those that were removed.
    /// </summary>
    public RedisKey[] Keyed => [Meta, _tag + ":entries", _tag + ":live", _tag + ":gone"];

    /// <summary>The store's name.</summary>
    public string Store => store;

    /// <summary>The number of the lease that the store's producer holds.</summary>
    public RedisKey Lease => _tag + ":lease";

    /// <summary>Where messages are announced, and where anybody may publish.</summary>
    public RedisChannel Channel => Literal(_tag);

    /// <summary>
    /// All channels to subscribe to: the store's own, in a cluster also the sharded one of the same name, and the additional one that the
    /// application has chosen.
    /// </summary>
    /// <param name="announcing">How messages are announced: <see cref="RedisConnection.AnnouncingAsync"/>.</param>
    public RedisChannel[] Channels(string announcing)
    {
        List<RedisChannel> channels = [Channel];
        if (announcing == RedisServers.Sharded)
            channels.Add(RedisChannel.Sharded(_tag));
        if (furtherChannel is not null)
            channels.Add(Literal(furtherChannel));
        return [.. channels];
    }

    public RedisKey IdempotencyKey(string key) => $"{_tag}:key:{key}";

    /// <summary>Records that a ticket was used. The underscore keeps it apart from the stores.</summary>
    public static RedisKey Used(string prefix, string id) => $"{{{prefix}:_used}}:{id}";

    /// <summary>
    /// Where a node sends messages to itself. The underscore keeps it apart from the stores, whose names begin with a letter or a digit.
    /// </summary>
    public static RedisChannel Probe(string prefix, string node) => Literal($"{prefix}:_probe:{node}");

    /// <summary>The channel for questions between nodes.</summary>
    public static RedisChannel Nodes(string prefix) => Literal($"{prefix}:_nodes");

    /// <summary>The keys that the nodes share: the secret that proves their messages, which nodes are present, and the orders.</summary>
    public static RedisKey[] OfNodes(string prefix) =>
        [$"{{{prefix}:_nodes}}:meta", $"{{{prefix}:_nodes}}:present", $"{{{prefix}:_nodes}}:orders"];

    /// <summary>The channel for the answers to a node's questions.</summary>
    public static RedisChannel Answers(string prefix, string asker) => Literal($"{prefix}:_nodes:{asker}");

    private static RedisChannel Literal(string name) => new(name, RedisChannel.PatternMode.Literal);
}
