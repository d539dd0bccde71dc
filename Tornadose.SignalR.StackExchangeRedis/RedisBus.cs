using StackExchange.Redis;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>Subscribes this node to channels.</summary>
internal sealed class RedisBus(RedisConnection connection, RedisBackplaneOptions options, TimeProvider time)
{
    private long _heardAt = time.GetTimestamp();

    /// <summary>How long nothing has arrived over the bus.</summary>
    public TimeSpan Silence => time.GetElapsedTime(Volatile.Read(ref _heardAt));

    /// <summary>Subscribes to channels; messages arrive once the task has completed.</summary>
    public async Task<BusSubscription> SubscribeAsync(
        RedisChannel[] channels, Action<ReadOnlyMemory<byte>> receive, CancellationToken cancellationToken)
    {
        var multiplexer = await connection.GetAsync(cancellationToken).ConfigureAwait(false);
        var subscription = new BusSubscription(multiplexer, channels, Hear);
        try
        {
            await connection.RunAsync(subscription.StartAsync, cancellationToken).ConfigureAwait(false);
            return subscription;
        }
        catch
        {
            await EndAsync(subscription).ConfigureAwait(false);
            throw;
        }

        void Hear(ReadOnlyMemory<byte> payload)
        {
            Volatile.Write(ref _heardAt, time.GetTimestamp());
            receive(payload);
        }
    }

    /// <summary>Whether the subscription is on the connection in use.</summary>
    public bool IsCurrent(BusSubscription subscription) => connection.IsCurrent(subscription.Multiplexer);

    /// <summary>Waits until all earlier requests to the bus, such as renewed subscriptions, are answered.</summary>
    public Task SettleAsync(CancellationToken cancellationToken) =>
        connection.RunAsync(multiplexer => multiplexer.GetSubscriber().PingAsync(), cancellationToken);

    /// <summary>Ends a subscription.</summary>
    public async Task EndAsync(BusSubscription subscription)
    {
        try
        {
            await subscription.EndAsync().WaitAsync(options.CommandTimeout, time).ConfigureAwait(false);
        }
        catch (Exception failure) when (RedisErrors.Translate(failure) is not null)
        {
            // The connection is lost, and the subscription with it.
        }
    }
}
