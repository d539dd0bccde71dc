using StackExchange.Redis;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>Queries the servers behind a connection.</summary>
internal static class RedisServers
{
    public const string Sharded = "sharded";

    private const string Plain = "plain";

    private static readonly Version FirstSharded = new(7, 0);

    /// <summary>
    /// How messages are announced, as the scripts' argument: <see cref="Sharded"/> in a cluster of Redis 7 or later, where an ordinary
    /// message would go to all nodes; otherwise <see cref="Plain"/>. Null while no server is connected.
    /// </summary>
    public static string? AnnouncingOf(IConnectionMultiplexer multiplexer)
    {
        var servers = multiplexer.GetServers()
            .Where(static server => server.IsConnected && server.ServerType != ServerType.Sentinel).ToList();
        if (servers.Count == 0)
            return null;
        var isSharded = servers.TrueForAll(static server => server.ServerType == ServerType.Cluster && server.Version >= FirstSharded);
        return isSharded ? Sharded : Plain;
    }

    /// <summary>The result of <see cref="AnnouncingOf"/> as text for a log line.</summary>
    public static string WordsOf(string announcing) =>
        announcing == Sharded ? "sharded channels (SPUBLISH), as this is a cluster" : "ordinary channels (PUBLISH)";

    /// <summary>Whether any server that takes writes answers a ping.</summary>
    public static async Task<bool> AnyAnswersAsync(
        IConnectionMultiplexer multiplexer, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var servers = multiplexer.GetServers().Where(static server => server.IsConnected && !server.IsReplica);
        var answers = await Task.WhenAll(servers.Select(server => AnswersAsync(server, patience, time, cancellationToken)))
            .ConfigureAwait(false);
        return answers.Contains(true);
    }

    private static async Task<bool> AnswersAsync(
        IServer server, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await server.PingAsync().WaitAsync(patience, time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (RedisServerException)
        {
            return true; // it answered, even if only that it is busy or loading
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && RedisErrors.Translate(failure) is not null)
        {
            return false;
        }
    }
}
