using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Stores;

/// <summary>
/// Bounds how much all stores of the process keep together. Clients choose the names of families' stores, and each of these may keep some
/// megabytes, so the sum has its own bound. Published bytes are added up, and recounted by the sweep, because stores also drop messages.
/// </summary>
internal sealed class StoreBudget(long maxBytes, Func<IEnumerable<MessageStore>> stores)
{
    private readonly Lock _counting = new();
    private long _kept;

    /// <summary>Called by <see cref="StoreSweep"/>.</summary>
    public void Count() => Volatile.Write(ref _kept, stores().Sum(static store => store.Log.Bytes));

    /// <summary>
    /// Refuses a message that would make a store grow beyond the bound. A store that drops as many bytes for it does not grow.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="size">The message's bytes, without those of a value that it replaces.</param>
    /// <exception cref="StoreRefusedException">There is no room.</exception>
    public void Demand(MessageStore store, int size)
    {
        if (Interlocked.Add(ref _kept, size) <= maxBytes || !Grows(store.Log, size))
            return;
        lock (_counting)
        {
            Count();
            if (Volatile.Read(ref _kept) + size > maxBytes)
                throw new StoreRefusedException(
                    $"The limit of {maxBytes} bytes for all stores together (TornadoseOptions.MaxBytes) is reached. "
                    + "Nothing was stored: publish again later.");
            Interlocked.Add(ref _kept, size);
        }
    }

    private static bool Grows(MessageLog log, int size)
    {
        if ((log.Keyed?.LiveBytes ?? log.Bytes) + size > log.Limits.MaxBytes)
            return false; // its own limit bounds it
        var dropped = !log.Limits.IsKeyed && log.Count >= log.Limits.Slots ? log.Find(log.FirstReplayable)?.Size ?? 0 : 0;
        return size > dropped;
    }
}
