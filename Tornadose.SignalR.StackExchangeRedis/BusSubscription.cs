using StackExchange.Redis;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// Channels on one connection. Once ended it hands on nothing more, so that a message is not heard on the old connection and on the new
/// one. The messages of a channel come in the order in which Redis sent them: the client library keeps it in queues, and not where it calls
/// handlers.
/// </summary>
internal sealed class BusSubscription(IConnectionMultiplexer multiplexer, RedisChannel[] channels, Action<ReadOnlyMemory<byte>> receive)
{
    private readonly List<ChannelMessageQueue> _queues = [];
    private volatile bool _ended;

    public IConnectionMultiplexer Multiplexer => multiplexer;

    public async Task<bool> StartAsync(IConnectionMultiplexer _)
    {
        foreach (var channel in channels)
        {
            var queue = await multiplexer.GetSubscriber().SubscribeAsync(channel).ConfigureAwait(false);
            queue.OnMessage(OnMessage);
            _queues.Add(queue);
        }

        return true;
    }

    public Task EndAsync()
    {
        _ended = true;
        return Task.WhenAll(_queues.Select(queue => queue.UnsubscribeAsync()));
    }

    /// <summary>
    /// Ends one that did not start. The library goes on trying to subscribe, and there is no queue to take back: so all that listens to
    /// these channels on this connection is taken back, which is nobody else.
    /// </summary>
    public Task AbandonAsync()
    {
        _ended = true;
        return Task.WhenAll(channels.Select(channel => multiplexer.GetSubscriber().UnsubscribeAsync(channel)));
    }

    private void OnMessage(ChannelMessage message)
    {
        if (!_ended)
            receive(message.Message);
    }
}
