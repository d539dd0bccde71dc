using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>The orders for this node: the last one that it has taken, and those that it has not carried out yet.</summary>
/// <remarks>
/// Orders are carried out at once and in parallel: a slow one, such as one that asks policies which do not answer, delays no other. One
/// that fails is retried whenever new orders are read, for as long as orders are kept, and counts as not done until it succeeds.
/// </remarks>
internal sealed class NodeOrders(TimeProvider time, TimeSpan kept, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Order> _open = new(StringComparer.Ordinal);
    private Func<string, ValueTask>? _obey;

    /// <summary>The id of the last order that was taken.</summary>
    public string Last { get; private set; } = "0-0";

    public void Obey(Func<string, ValueTask> obey)
    {
        lock (_gate)
        {
            _obey = obey;
            Start();
        }
    }

    /// <summary>Takes new orders and retries failed ones. For one caller at a time.</summary>
    /// <param name="orders">The orders, each as two elements: id and text.</param>
    /// <param name="own">The id of the order that this node itself has given, and has already carried out.</param>
    public void Take(string[] orders, string own)
    {
        lock (_gate)
        {
            for (var i = 0; i + 1 < orders.Length; i += 2)
            {
                Last = orders[i];
                if (Last != own)
                    _open.TryAdd(Last, new Order(orders[i + 1], time.GetTimestamp()));
            }

            Start();
        }
    }

    /// <summary>Waits for the current attempt at an order that is not done yet.</summary>
    /// <returns>Whether it is done; also false if this node has no handler for orders yet.</returns>
    public Task<bool> IsDoneAsync(string id)
    {
        lock (_gate)
            return _open.TryGetValue(id, out var order) ? order.Obeying ?? Task.FromResult(false) : Task.FromResult(true);
    }

    private void Start()
    {
        foreach (var (id, order) in _open)
            if (_obey is { } obey && order.Obeying is null or { IsCompletedSuccessfully: true, Result: false })
                order.Obeying = ObeyAsync(obey, id, order);
    }

    private async Task<bool> ObeyAsync(Func<string, ValueTask> obey, string id, Order order)
    {
        await Task.Yield();
        try
        {
            await obey(order.Text).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            if (!order.IsReported)
                logger.OrderFailed(failure);
            order.IsReported = true;
            if (time.GetElapsedTime(order.Taken) < kept)
                return false;
        }

        lock (_gate)
            _open.Remove(id);
        return true;
    }

    private sealed class Order(string text, long taken)
    {
        public string Text => text;

        public long Taken => taken;

        public bool IsReported { get; set; }

        public Task<bool>? Obeying { get; set; }
    }
}
