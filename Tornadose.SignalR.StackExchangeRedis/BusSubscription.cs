using StackExchange.Redis;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// Subscribes to channels on one connection. Once ended it delivers nothing more, so that no message is received both on the old
/// connection and on the new one. The messages of a channel arrive in the order in which Redis sent them: the client library preserves it
/// in queues, but not for handlers.
/// </summary>
/// <remarks>
/// Other stores, and the application if the connection is its own, may subscribe to the same channels on the same connection, so only the
/// subscriptions made here are removed.
/// </remarks>
internal sealed class BusSubscription(IConnectionMultiplexer multiplexer, RedisChannel[] channels, Action<ReadOnlyMemory<byte>> receive)
{
    private static readonly Action<RedisChannel, RedisValue> Ignore = static (_, _) => { };

    private readonly List<ChannelMessageQueue> _queues = [];
    private bool _ended;

    public IConnectionMultiplexer Multiplexer => multiplexer;

    /// <summary>Subscribes; messages arrive once the task has completed. A caller that stops waiting must end the subscription.</summary>
    public async Task<bool> StartAsync(IConnectionMultiplexer _)
    {
        foreach (var channel in channels)
            if (!Volatile.Read(ref _ended))
                await StartAsync(channel).ConfigureAwait(false);
        return true;
    }

    public Task EndAsync()
    {
        lock (_queues)
        {
            _ended = true;
            return Task.WhenAll(_queues.Select(queue => queue.UnsubscribeAsync()));
        }
    }

    /// <summary>
    /// Subscribes with a handler first, because a handler can be removed if that fails: a queue that was never returned would stay in the
    /// client library, which would subscribe again for it. Adding the queue afterwards sends nothing to Redis.
    /// </summary>
    private async Task StartAsync(RedisChannel channel)
    {
        var subscriber = multiplexer.GetSubscriber();
        try
        {
            await subscriber.SubscribeAsync(channel, Ignore).ConfigureAwait(false);
            Add(channel);
        }
        finally
        {
            await subscriber.UnsubscribeAsync(channel, Ignore).ConfigureAwait(false);
        }
    }

    private void Add(RedisChannel channel)
    {
        lock (_queues)
        {
            if (_ended)
                return;
            var queue = multiplexer.GetSubscriber().Subscribe(channel, CommandFlags.FireAndForget);
            queue.OnMessage(OnMessage);
            _queues.Add(queue);
        }
    }

    private void OnMessage(ChannelMessage message)
    {
        if (!Volatile.Read(ref _ended))
            receive(message.Message);
    }
}
