using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Circuits;

/// <summary>Reads the stores of this process for the components of one circuit, or of one page that is being rendered.</summary>
/// <param name="stores">The stores.</param>
/// <param name="serializer">Reads the values.</param>
/// <param name="connection">The circuit's connection.</param>
internal sealed class CircuitStoreReaders(IStoreProvider stores, StoreSerializer serializer, CircuitConnection connection) : IStoreReaders
{
    public IStoreReader GetReader(string store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return new CircuitStoreReader(stores.GetStore(store), serializer, connection);
    }
}
