using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Messages;

/// <summary>
/// Wakes the readers of one log. Setting it costs the publisher the same for ten thousand waiting readers as for one: it queues
/// at most one work item per partition, and the partition's pump runs its readers.
/// </summary>
/// <remarks>
/// Invariant: a reader that registered while nothing was to be read is woken by the next append. The appender publishes the
/// entry and then looks for waiters; the waiter enlists and then looks for entries; a full fence between the two steps on both
/// sides makes it impossible that both look too early.
/// </remarks>
internal sealed class AppendSignal(MessageLog log)
{
    private readonly AppendPump?[] _pumps = new AppendPump?[Math.Clamp(Environment.ProcessorCount, 1, 16)];
    private int _joined;

    /// <summary>The pumps that are running, or about to.</summary>
    public IEnumerable<AppendPump> Busy => _pumps.OfType<AppendPump>().Where(static pump => pump.IsBusy);

    /// <summary>Assigns a reader to a pump. It is not woken before it registers.</summary>
    public AppendRegistration Join(IAppendWaiter waiter)
    {
        var index = (int)((uint)Interlocked.Increment(ref _joined) % (uint)_pumps.Length);
        var pump = Volatile.Read(ref _pumps[index]);
        if (pump is null)
        {
            var made = new AppendPump(log);
            pump = Interlocked.CompareExchange(ref _pumps[index], made, null) ?? made;
        }

        return new AppendRegistration(pump, waiter);
    }

    /// <summary>Called after an entry became visible.</summary>
    public void Set()
    {
        Interlocked.MemoryBarrier();
        foreach (var pump in _pumps)
            pump?.Set();
    }
}
