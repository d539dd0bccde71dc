using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>Sends this node a message over the bus, because a connection can answer pings and deliver nothing.</summary>
internal sealed class BusProbe(RedisNode node)
{
    private readonly RedisChannel _channel = RedisKeys.Probe(node.Options.KeyPrefix, LogReader.Random(8));
    private BusSubscription? _subscription;
    private TaskCompletionSource _arrived = new();

    /// <summary>Whether the bus has been silent for long enough to probe it.</summary>
    public bool IsDue => node.Options.ProbeInterval != Timeout.InfiniteTimeSpan && node.Bus.Silence >= node.Options.ProbeInterval;

    /// <summary>Sends the message.</summary>
    /// <returns>Whether it came back.</returns>
    /// <exception cref="StoreUnavailableException">It could not even be sent.</exception>
    public async Task<bool> SendAsync(CancellationToken cancellationToken)
    {
        await ListenAsync(cancellationToken).ConfigureAwait(false);
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _arrived, arrived);
        await node.Connection.RunAsync(
            multiplexer => multiplexer.GetSubscriber().PublishAsync(_channel, RedisValue.EmptyString),
            cancellationToken).ConfigureAwait(false);
        try
        {
            var patience = node.Options.ProbeInterval < node.Options.CommandTimeout
                ? node.Options.ProbeInterval
                : node.Options.CommandTimeout;
            await arrived.Task.WaitAsync(patience, node.Time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Unsubscribes: the connection may be the application's own and stay open.</summary>
    public async Task EndAsync()
    {
        if (_subscription is { } subscription)
            await node.Bus.EndAsync(subscription).ConfigureAwait(false);
        _subscription = null;
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        if (_subscription is { } present && node.Bus.IsCurrent(present))
            return;
        await EndAsync().ConfigureAwait(false);
        _subscription = await node.Bus.SubscribeAsync(
            [_channel], _ => Volatile.Read(ref _arrived).TrySetResult(), cancellationToken).ConfigureAwait(false);
    }
}
