using StackExchange.Redis;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// The names of everything that a store has in Redis. All share the hash tag <c>{prefix:store}</c>, hence one slot of a cluster.
/// </summary>
/// <remarks>
/// The prefix holds no colon and neither part a brace, so two stores never share a name. The channel is literal: a store named <c>*</c>
/// must not become a pattern.
/// </remarks>
/// <param name="prefix">What all names begin with.</param>
/// <param name="store">The store.</param>
/// <param name="furtherChannel">A channel of the application's choice, where anybody may publish as well; null for none.</param>
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
    /// What a keyed store has instead: the hash of each key's newest change, and by their offsets the keys that have a value, and those
    /// that were removed.
    /// </summary>
    public RedisKey[] Keyed => [Meta, _tag + ":entries", _tag + ":live", _tag + ":gone"];

    /// <summary>The store's name.</summary>
    public string Store => store;

    /// <summary>The number of the lease that the store's producer holds.</summary>
    public RedisKey Lease => _tag + ":lease";

    /// <summary>Where messages are announced, and where anybody may publish.</summary>
    public RedisChannel Channel => Literal(_tag);

    /// <summary>
    /// All that is listened to: the store's own channel, in a cluster the sharded one of the same name as well, and the further one that
    /// the application has chosen.
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

    /// <summary>What remembers that a ticket was used. The underscore keeps it apart from the stores.</summary>
    public static RedisKey Used(string prefix, string id) => $"{{{prefix}:_used}}:{id}";

    /// <summary>
    /// Where a node sends messages to itself. The underscore keeps it apart from the stores, whose names begin with a letter or a digit.
    /// </summary>
    public static RedisChannel Probe(string prefix, string node) => Literal($"{prefix}:_probe:{node}");

    /// <summary>Where nodes ask each other what they are doing.</summary>
    public static RedisChannel Nodes(string prefix) => Literal($"{prefix}:_nodes");

    /// <summary>
    /// What the nodes keep together: the secret of what they say to each other, which of them are there, and what was ordered.
    /// </summary>
    public static RedisKey[] OfNodes(string prefix) =>
        [$"{{{prefix}:_nodes}}:meta", $"{{{prefix}:_nodes}}:present", $"{{{prefix}:_nodes}}:orders"];

    /// <summary>Where the answers to a node's questions come.</summary>
    public static RedisChannel Answers(string prefix, string asker) => Literal($"{prefix}:_nodes:{asker}");

    private static RedisChannel Literal(string name) => new(name, RedisChannel.PatternMode.Literal);
}
