using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>A primary and its replica.</summary>
internal sealed class ReplicatedRedis : IAsyncDisposable
{
    private ReplicatedRedis(RedisProcess primary, RedisProcess replica) => (Primary, Replica) = (primary, replica);

    public RedisProcess Primary { get; }

    public RedisProcess Replica { get; }

    /// <summary>Both endpoints, as an application lists them.</summary>
    public string ConnectionString => $"127.0.0.1:{Primary.Port},127.0.0.1:{Replica.Port},connectTimeout=5000,asyncTimeout=15000";

    public static async Task<ReplicatedRedis> StartAsync()
    {
        var primary = await RedisProcess.StartAsync("--repl-diskless-sync-delay", "0");
        var redis = new ReplicatedRedis(primary, await RedisProcess.StartAsync("--replicaof", $"127.0.0.1 {primary.Port}"));
        await Eventually.TrueAsync(async () => ((string)(await redis.Replica.CommandAsync("INFO", "replication"))!)
            .Contains("master_link_status:up", StringComparison.Ordinal));
        return redis;
    }

    public Task UntilReplicatedAsync(MessagePosition position) =>
        Eventually.TrueAsync(
            async () => (await Replica.CommandAsync("HGET", "{tornadose:orders}:meta", "offset")) as string == $"{position.Offset}");

    /// <summary>
    /// Stops the replica and cuts its connection, so that nothing that follows is in its buffers. It continues after
    /// <see cref="RedisProcess.Resume"/>.
    /// </summary>
    public async Task DetachReplicaAsync()
    {
        Replica.Suspend();
        await Primary.CommandAsync("CLIENT", "KILL", "TYPE", "replica");
    }

    public Task PromoteAsync() => Replica.CommandAsync("REPLICAOF", "NO", "ONE");

    public async ValueTask DisposeAsync()
    {
        await Primary.DisposeAsync();
        await Replica.DisposeAsync();
    }
}
