using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Stores;

/// <summary>
/// How much all stores of the process keep together. Names of families come from outside, and each of their stores may keep some
/// megabytes: so the sum has a bound of its own. What is published is added up, and counted anew by the clock,
/// as stores also lose messages.
/// </summary>
internal sealed class StoreBudget(long maxBytes, Func<IEnumerable<MessageStore>> stores)
{
    private readonly Lock _counting = new();
    private long _kept;

    /// <summary>Called by the clock.</summary>
    public void Count() => Volatile.Write(ref _kept, stores().Sum(static store => store.Log.Bytes));

    /// <summary>Refuses a message by which a store would grow beyond the bound. A store that is full by its own limits does not
    /// grow.</summary>
    /// <exception cref="StoreRefusedException">There is no room.</exception>
    public void Demand(MessageStore store, int size)
    {
        if (Interlocked.Add(ref _kept, size) <= maxBytes || IsFull(store, size))
            return;
        lock (_counting)
        {
            Count();
            if (Volatile.Read(ref _kept) + size > maxBytes)
                throw new StoreRefusedException(
                    $"All stores together keep {maxBytes} bytes, as many as they may (TornadoseOptions.MaxBytes). "
                    + "Nothing was stored: publish again later.");
            Interlocked.Add(ref _kept, size);
        }
    }

    private static bool IsFull(MessageStore store, int size) =>
        store.Log.Count >= store.Log.Limits.Slots || store.Log.Bytes + size > store.Log.Limits.MaxBytes;
}
