using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// Registers this node in Redis every few seconds, and reads the other nodes, new orders and the nodes' secret from there. A node that
/// stops registering without having left counts as missing for an hour: it may be cut off from Redis and still serve readers.
/// </summary>
internal sealed class NodePresence(RedisNode node)
{
    private const int MaxOrders = 100; // in one reply of Redis

    private static readonly TimeSpan ShortestPresence = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OrdersKept = TimeSpan.FromDays(1);
    private static readonly TimeSpan VanishedMissed = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _syncing = new(1);
    private volatile OtherNodes _others = new([], []);
    private volatile bool _left;

    /// <summary>This node's name.</summary>
    public string Self { get; } = LogReader.Random(8);

    public OtherNodes Others => _others;

    public NodeSeal Seal { get; } = new();

    public NodeOrders Orders { get; } = new(node.Time, OrdersKept, node.Logger);

    public bool HasLeft => _left;

    /// <summary>Marks this node as leaving: from now on a sync tells Redis so.</summary>
    public void Leave() => _left = true;

    /// <summary>
    /// Tells Redis that this node is present, or has left, and reads the other nodes and new orders. It does not wait until the orders are
    /// carried out: a node that does not register again in time would count as missing.
    /// </summary>
    /// <param name="order">An order to add, or nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The id of the order that was added.</returns>
    public async Task<string> SyncAsync(string order, CancellationToken cancellationToken)
    {
        await _syncing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            string? added = null;
            string[] orders;
            do
            {
                var result = await EvaluateAsync(added is null ? order : "", cancellationToken).ConfigureAwait(false);
                if (result is not [var seal, var present, var missed, var list, var id])
                    throw new StoreRefusedException("Redis gave an unexpected answer to the script of the nodes.");
                Seal.Learn((string)seal!);
                added ??= (string)id!;
                Learn(new OtherNodes(WithoutSelf(present), WithoutSelf(missed)));
                orders = (string[])list!;
                Orders.Take(orders, added);
            }
            while (orders.Length == 2 * MaxOrders);
            return added;
        }
        finally
        {
            _syncing.Release();
        }
    }

    private async Task<RedisResult[]?> EvaluateAsync(string order, CancellationToken cancellationToken)
    {
        var presence = 3 * node.Options.SyncInterval;
        RedisValue[] arguments =
        [
            Self, _left ? 0 : Milliseconds(presence < ShortestPresence ? ShortestPresence : presence), Orders.Last, LogReader.Random(20),
            Milliseconds(OrdersKept), Milliseconds(VanishedMissed), MaxOrders, order,
        ];
        return (RedisResult[]?)await node.Connection.EvaluateAsync(
            RedisScripts.Nodes, RedisKeys.OfNodes(node.Options.KeyPrefix), arguments, cancellationToken).ConfigureAwait(false);
    }

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private string[] WithoutSelf(RedisResult nodes) => ((string[])nodes!).Where(other => other != Self).ToArray();

    /// <summary>Forgets the question numbers of nodes that are gone.</summary>
    private void Learn(OtherNodes others)
    {
        foreach (var gone in _others.All.Except(others.All))
            Seal.Forget(gone);
        _others = others;
    }
}
