using StackExchange.Redis;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>How a connection is made.</summary>
/// <param name="ConnectAsync">Makes one.</param>
/// <param name="IsOwned">Whether it is this library's to close; otherwise it is the application's.</param>
internal sealed record RedisConnector(Func<Task<IConnectionMultiplexer>> ConnectAsync, bool IsOwned)
{
    /// <summary>Connections of this library's own.</summary>
    public static RedisConnector To(ConfigurationOptions configuration)
    {
        RefuseChannelPrefix(configuration);
        var options = configuration.Clone();
        options.AbortOnConnectFail = false; // it comes back by itself
        return new(async () => await ConnectionMultiplexer.ConnectAsync(options).ConfigureAwait(false), IsOwned: true);
    }

    /// <summary>The application's connection.</summary>
    public static RedisConnector Of(Func<IConnectionMultiplexer> get) => new(() => Task.FromResult(Check(get())), IsOwned: false);

    private static IConnectionMultiplexer Check(IConnectionMultiplexer multiplexer)
    {
        RefuseChannelPrefix(ConfigurationOptions.Parse(multiplexer.Configuration, ignoreUnknown: true));
        return multiplexer;
    }

    /// <summary>It would be added to what is subscribed to, and not to what the script publishes on.</summary>
    private static void RefuseChannelPrefix(ConfigurationOptions options)
    {
        if (!options.ChannelPrefix.IsNullOrEmpty)
            throw new InvalidOperationException("A channelPrefix of the Redis connection is not supported. Set the prefix of keys and channels by RedisBackplaneOptions.KeyPrefix.");
    }
}
