using StackExchange.Redis;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// Channels on one connection. Once ended it hands on nothing more, so that a message is not heard on the old connection and on the new
/// one. The messages of a channel come in the order in which Redis sent them: the client library keeps it in queues, and not where it
/// calls handlers.
/// </summary>
/// <remarks>
/// Others may listen to the same channels on the same connection: other stores, and the application, whose connection it may be. So only
/// what was begun here is taken back.
/// </remarks>
internal sealed class BusSubscription(IConnectionMultiplexer multiplexer, RedisChannel[] channels, Action<ReadOnlyMemory<byte>> receive)
{
    private static readonly Action<RedisChannel, RedisValue> Ignore = static (_, _) => { };

    private readonly List<ChannelMessageQueue> _queues = [];
    private bool _ended;

    public IConnectionMultiplexer Multiplexer => multiplexer;

    /// <summary>Listens, from when the task has completed on. Whoever does not wait for it ends the subscription.</summary>
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
    /// Redis is asked with a handler, which can be taken back when that fails: the client library would keep a queue that it has not
    /// returned, and subscribe again for it. Adding a queue then asks nobody.
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
