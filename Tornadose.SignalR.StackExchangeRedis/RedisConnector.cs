using System.Globalization;
using StackExchange.Redis;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>How a connection is made.</summary>
/// <param name="ConnectAsync">Makes one.</param>
/// <param name="IsOwned">Whether it is this library's to close; otherwise it is the application's.</param>
internal sealed record RedisConnector(Func<Task<IConnectionMultiplexer>> ConnectAsync, bool IsOwned)
{
    private const int DefaultPort = 6379;

    /// <summary>
    /// Reads a connection string, or a URL as other clients know it, which the client library would take for a host's name.
    /// </summary>
    /// <exception cref="ArgumentException">It is a URL that is not one of Redis. The message does not repeat it, as it may hold a
    /// secret.</exception>
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

    /// <summary>Connections of this library's own.</summary>
    public static RedisConnector To(ConfigurationOptions configuration)
    {
        RefuseChannelPrefix(configuration);
        var options = configuration.Clone();
        options.AbortOnConnectFail = false; // it comes back by itself
        return new(async () => await ConnectionMultiplexer.ConnectAsync(options).ConfigureAwait(false), IsOwned: true);
    }

    /// <summary>
    /// The application's connection. It is asked for until there is one, and then no more, even if it is refused: it may be a new one at
    /// each call.
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

    /// <summary>It would be added to what is subscribed to, and not to what the script publishes on.</summary>
    private static void RefuseChannelPrefix(ConfigurationOptions options)
    {
        if (!options.ChannelPrefix.IsNullOrEmpty)
            throw new InvalidOperationException(
                "A channelPrefix of the Redis connection is not supported. " +
                    "Set the prefix of keys and channels by RedisBackplaneOptions.KeyPrefix.");
    }
}
