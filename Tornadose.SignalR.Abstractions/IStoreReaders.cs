namespace Tornadose.SignalR;

/// <summary>
/// Provides readers of stores: in process on a server with <c>AddTornadose()</c>, and over a wire elsewhere, with
/// <c>AddTornadoseClient(…)</c>. A component that uses it works in both places.
/// </summary>
public interface IStoreReaders
{
    /// <summary>Returns a reader.</summary>
    /// <param name="store">The store's name, case-sensitive.</param>
    /// <returns>The reader, for one read at a time.</returns>
    /// <exception cref="ArgumentException">It is not a store name.</exception>
    /// <exception cref="StoreNotFoundException">There is no such store. Over a wire, only the read reports this.</exception>
    IStoreReader GetReader(string store);
}
