using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>What was ordered of this node: what it has taken, and what it has not done yet.</summary>
/// <remarks>
/// Orders are obeyed at once and beside each other: one that takes long, as when policies are asked that do not answer, delays no other.
/// One that fails is tried again whenever orders are looked for, for as long as they are kept, and counts as not done until it has
/// succeeded.
/// </remarks>
internal sealed class NodeOrders(TimeProvider time, TimeSpan kept, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Order> _open = new(StringComparer.Ordinal);
    private Func<string, ValueTask>? _obey;

    /// <summary>The id of the last one that was taken.</summary>
    public string Last { get; private set; } = "0-0";

    public void Obey(Func<string, ValueTask> obey)
    {
        lock (_gate)
        {
            _obey = obey;
            Start();
        }
    }

    /// <summary>Takes what is new, and tries again what has failed. One caller at a time.</summary>
    /// <param name="orders">One after the other, each its id and its text.</param>
    /// <param name="own">The id of the one that this node has given itself, and has obeyed already.</param>
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

    /// <summary>Ends when an order was tried that is not done yet.</summary>
    /// <returns>Whether it is done; false also where nobody here obeys yet.</returns>
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
