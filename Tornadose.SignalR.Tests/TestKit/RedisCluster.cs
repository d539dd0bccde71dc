namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>Three masters that share the slots.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private readonly List<RedisProcess> _nodes = [];

    public IReadOnlyList<RedisProcess> Nodes => _nodes;

    public string ConnectionString =>
        string.Join(',', _nodes.Select(node => $"127.0.0.1:{node.Port}")) + ",connectTimeout=5000,asyncTimeout=15000";

    public static async Task<RedisCluster> StartAsync()
    {
        var cluster = new RedisCluster();
        try
        {
            for (var i = 0; i < 3; i++)
                cluster._nodes.Add(await RedisProcess.StartAsync("--cluster-enabled", "yes", "--cluster-node-timeout", "30000"));
            await using var create = LineProcess.Start(
                "redis-cli", ["--cluster", "create", .. cluster._nodes.Select(node => $"127.0.0.1:{node.Port}"), "--cluster-yes"]);
            Assert.Equal(0, await create.ExitCodeAsync());
            foreach (var node in cluster._nodes)
                await Eventually.TrueAsync(async () => (
                    (string)(await node.CommandAsync("CLUSTER", "INFO"))!).Contains("cluster_state:ok", StringComparison.Ordinal));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Moves the slot of a key to another node, as a resharding does: key by key, while the slot is in use.</summary>
    public async Task MoveSlotAsync(string key)
    {
        var slot = (await _nodes[0].CommandAsync("CLUSTER", "KEYSLOT", key))!;
        var counts = await Task.WhenAll(_nodes.Select(node => node.CommandAsync("CLUSTER", "COUNTKEYSINSLOT", slot)));
        var index = Array.FindIndex(counts, count => count is > 0L);
        var (source, target) = (_nodes[index], _nodes[(index + 1) % _nodes.Count]);
        var (sourceId, targetId) = ((await source.CommandAsync("CLUSTER", "MYID"))!, (await target.CommandAsync("CLUSTER", "MYID"))!);
        await target.CommandAsync("CLUSTER", "SETSLOT", slot, "IMPORTING", sourceId);
        await source.CommandAsync("CLUSTER", "SETSLOT", slot, "MIGRATING", targetId);
        while (await source.CommandAsync("CLUSTER", "GETKEYSINSLOT", slot, 1) is object?[] { Length: > 0 } keys)
            Assert.Equal("OK", await source.CommandAsync("MIGRATE", "127.0.0.1", target.Port, keys[0]!, 0, 5000));
        foreach (var node in _nodes.OrderByDescending(node => node == target)) // the new owner learns it first
            await node.CommandAsync("CLUSTER", "SETSLOT", slot, "NODE", targetId);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }
}
