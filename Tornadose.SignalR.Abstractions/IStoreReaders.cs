namespace Tornadose.SignalR;

/// <summary>
/// Gives readers of stores: on a server, which has <c>AddTornadose()</c>, in process; elsewhere, with <c>AddTornadoseClient(…)</c>, over
/// a wire. A component that takes its stores from here works in both places.
/// </summary>
public interface IStoreReaders
{
    /// <summary>Gives a reader.</summary>
    /// <param name="store">The store's name, case-sensitive.</param>
    /// <returns>The reader, for one reading at a time.</returns>
    /// <exception cref="ArgumentException">It is not a store name.</exception>
    /// <exception cref="StoreNotFoundException">There is no such store. Over a wire it is the reading that finds this out.</exception>
    IStoreReader GetReader(string store);
}
