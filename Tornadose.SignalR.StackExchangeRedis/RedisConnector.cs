using System.Globalization;
using StackExchange.Redis;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>How a connection is made.</summary>
/// <param name="ConnectAsync">Makes one.</param>
/// <param name="IsOwned">Whether this library closes it; otherwise it belongs to the application.</param>
internal sealed record RedisConnector(Func<Task<IConnectionMultiplexer>> ConnectAsync, bool IsOwned)
{
    private const int DefaultPort = 6379;

    /// <summary>
    /// Parses a connection string, or a URL as other clients accept it, which the client library would take for a host name.
    /// </summary>
    /// <exception cref="ArgumentException">It is a URL, but not of Redis. The message omits it: it may hold a secret.</exception>
    public static ConfigurationOptions Parse(string connectionString)
    {
        if (!connectionString.Contains("://", StringComparison.Ordinal))
            return ConfigurationOptions.Parse(connectionString);
        var database = 0;
        if (!Uri.TryCreate(connectionString, UriKind.Absolute, out var url)
            || url.Scheme is not ("redis" or "rediss") || url.Host.Length == 0 || url.Query.Length > 0
            || (url.AbsolutePath.Length > 1
                && !int.TryParse(url.AbsolutePath.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out database)))
            throw new ArgumentException(
                "The URL of Redis must be redis://user:password@host:port/database, or rediss:// for TLS, without a query. " +
                    "Or write host:port,user=…,password=….", nameof(connectionString));
        var options = new ConfigurationOptions { Ssl = url.Scheme == "rediss", DefaultDatabase = database };
        options.EndPoints.Add(url.Host, url.Port > 0 ? url.Port : DefaultPort);
        var user = url.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            options.User = Uri.UnescapeDataString(user[0]);
        if (user.Length == 2)
            options.Password = Uri.UnescapeDataString(user[1]);
        return options;
    }

    /// <summary>Connections that this library owns.</summary>
    public static RedisConnector To(ConfigurationOptions configuration)
    {
        RefuseChannelPrefix(configuration);
        var options = configuration.Clone();
        options.AbortOnConnectFail = false; // it reconnects automatically
        return new(async () => await ConnectionMultiplexer.ConnectAsync(options).ConfigureAwait(false), IsOwned: true);
    }

    /// <summary>
    /// The application's connection. The factory is called until it returns one, and then no more, even if that one is refused: it might
    /// make a new connection at each call.
    /// </summary>
    public static RedisConnector Of(Func<IConnectionMultiplexer> get)
    {
        IConnectionMultiplexer? given = null;
        return new(
            () =>
            {
                given ??= get();
                RefuseChannelPrefix(ConfigurationOptions.Parse(given.Configuration, ignoreUnknown: true));
                return Task.FromResult(given);
            },
            IsOwned: false);
    }

    /// <summary>The prefix would be added to subscribed channels, but not to those on which the scripts publish.</summary>
    private static void RefuseChannelPrefix(ConfigurationOptions options)
    {
        if (!options.ChannelPrefix.IsNullOrEmpty)
            throw new InvalidOperationException(
                "A channelPrefix of the Redis connection is not supported. " +
                    "Set the prefix of keys and channels by RedisBackplaneOptions.KeyPrefix.");
    }
}
