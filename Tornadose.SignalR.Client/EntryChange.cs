using Tornadose.SignalR.Client;

namespace Tornadose.SignalR;

/// <summary>A change of the collection of a keyed store: see <see cref="EntriesSubscription{T}"/>.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
public readonly struct EntryChange<T>
{
    internal EntryChange(StoreChange change, string? key = null, T? value = default) => (Change, Key, Value) = (change, key, value);

    /// <summary>
    /// <see cref="StoreChange.Insert"/>, <see cref="StoreChange.Update"/> or <see cref="StoreChange.Delete"/> of <see cref="Key"/>; or
    /// <see cref="StoreChange.SnapshotEnd"/>: the collection has all keys that the store had when the connection was made. It comes after
    /// the first connection, a reconnect, and a reset.
    /// </summary>
    public StoreChange Change { get; }

    /// <summary>The key; null with <see cref="StoreChange.SnapshotEnd"/>.</summary>
    public string? Key { get; }

    /// <summary>The new value; for a removed key, its last value.</summary>
    public T? Value { get; }
}
