using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>What the hubs share.</summary>
/// <param name="Stores">The stores.</param>
/// <param name="Registry">The subscribers of the process.</param>
/// <param name="Encoders">The encoders by hub protocol.</param>
/// <param name="Options">The options.</param>
internal sealed record StoreHubContext(DataStoreProvider Stores, SubscriberRegistry Registry, HubEncoders Encoders, TornadoseOptions Options)
{
    /// <summary>Whether this process takes no more subscribers.</summary>
    public bool IsFull => Registry.IsDraining || Registry.Count >= Options.MaxSubscribers;

    public DataStore? Find(string? name) => StoreNames.IsValid(name) ? Stores.Find(name) : null;
}
