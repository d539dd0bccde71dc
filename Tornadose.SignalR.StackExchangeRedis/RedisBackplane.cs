using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// Redis decides on order and positions, for all processes that share it. The path of a message: the append script stores and announces
/// it; each node that follows the store appends it to its copy of the log; from there it is delivered as in a single process.
/// </summary>
internal sealed class RedisBackplane : IBackplane, IReplayCache, IAsyncDisposable, IDisposable
{
    private readonly ConcurrentDictionary<string, RedisBackplaneChannel> _channels = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly RedisNode _node;
    private readonly RedisWatch _watch;
    private readonly Task _watching;
    private int _disposed;

    public RedisBackplane(
        RedisConnector connector, RedisBackplaneOptions options, TimeProvider time, BackplaneMetrics metrics, ILogger logger)
    {
        var connection = new RedisConnection(connector, options, time, metrics, logger);
        _node = new RedisNode(connection, new RedisBus(connection, options, time), options, time, metrics, logger);
        connection.Restored += UnsettleAll;
        Questions = new NodeQuestions(_node);
        _watch = new RedisWatch(_node, Questions, () => _channels.Values);
        _watching = Task.Run(() => _watch.RunAsync(_stopping.Token));
    }

    /// <summary>Questions and orders between nodes.</summary>
    public NodeQuestions Questions { get; }

    /// <summary>
    /// The result of the last check: whether commands are answered and messages delivered. A ping would show only the former.
    /// </summary>
    public ValueTask<string?> FindFaultAsync(CancellationToken cancellationToken) =>
        new(_node.Connection.IsConnected ? _watch.Fault : "Redis cannot be reached.");

    public bool KeepsKeyedStores => true;

    public IBackplaneChannel Open(string store, MessageLogLimits limits) =>
        _channels[store] = new RedisBackplaneChannel(store, limits, _node, Forget);

    public async ValueTask<bool> TryAddAsync(string id, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        try
        {
            return await _node.Connection.RunAsync(
                multiplexer => multiplexer.GetDatabase().StringSetAsync(
                    RedisKeys.Used(_node.Options.KeyPrefix, id), "1", lifetime, When.NotExists,
                    CommandFlags.None), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreRefusedException refused)
        {
            throw new StoreUnavailableException(
                "Redis refuses to record that a ticket is used, so no ticket is accepted.", mayBeStored: false, refused);
        }
    }

    /// <summary>Waits for an answer from Redis.</summary>
    /// <exception cref="StoreUnavailableException">There is none.</exception>
    public Task RequireAsync(CancellationToken cancellationToken) =>
        LogReader.ReadTopAsync(_node.Connection, new RedisKeys(_node.Options.KeyPrefix, "_"), cancellationToken);

    /// <summary>Waits for <see cref="DisposeAsync"/>: a container that is disposed synchronously calls only this.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return; // it is registered under two types, and disposed once for each
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        await Questions.LeaveAsync().ConfigureAwait(false);
        await Task.WhenAll(_channels.Values.Select(static channel => channel.DisposeAsync().AsTask())).ConfigureAwait(false);
        await _node.Connection.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>
    /// Removes this channel only: a store of a family may be opened again before its previous channel has finished closing.
    /// </summary>
    private void Forget(RedisBackplaneChannel channel) => _channels.TryRemove(KeyValuePair.Create(channel.Store, channel));

    private void UnsettleAll()
    {
        foreach (var channel in _channels.Values)
            channel.Follower.Unsettle();
    }
}
