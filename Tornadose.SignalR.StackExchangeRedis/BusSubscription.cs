using StackExchange.Redis;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>Channels on one connection. Once ended it hands on nothing more, so that a message is not heard on the old connection and on the new one.</summary>
internal sealed class BusSubscription(IConnectionMultiplexer multiplexer, RedisChannel[] channels, Action<ReadOnlyMemory<byte>> receive)
{
    private volatile bool _ended;

    public IConnectionMultiplexer Multiplexer => multiplexer;

    public async Task<bool> StartAsync(IConnectionMultiplexer _)
    {
        foreach (var channel in channels)
            await multiplexer.GetSubscriber().SubscribeAsync(channel, OnMessage).ConfigureAwait(false);
        return true;
    }

    public Task EndAsync()
    {
        _ended = true;
        return Task.WhenAll(channels.Select(channel => multiplexer.GetSubscriber().UnsubscribeAsync(channel, OnMessage)));
    }

    private void OnMessage(RedisChannel from, RedisValue message)
    {
        if (!_ended)
            receive((byte[]?)message ?? []);
    }
}
