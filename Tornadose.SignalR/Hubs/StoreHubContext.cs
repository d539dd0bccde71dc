using Microsoft.AspNetCore.SignalR;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>What the hubs share.</summary>
/// <param name="Stores">The stores.</param>
/// <param name="Registry">The subscribers of the process.</param>
/// <param name="Encoders">The encoders by hub protocol.</param>
/// <param name="Authorizer">Who may read and publish.</param>
/// <param name="Options">The limits.</param>
/// <param name="Nodes">The other processes; null when there are none.</param>
internal sealed record StoreHubContext(
    StoreProvider Stores, SubscriberRegistry Registry, HubEncoders Encoders, StoreAuthorizer Authorizer, TornadoseOptions Options,
    INodeQuestions? Nodes = null)
{
    /// <summary>The limit on large writes.</summary>
    public LargeWrites LargeWrites { get; } = new();

    /// <summary>Finds a store for a client, which learns only that there is none.</summary>
    /// <exception cref="HubException">There is none.</exception>
    public MessageStore Get(string name, Func<string?> client) => Find(name, client) ?? throw HubRefusal.NoSuchStore();

    /// <summary>Finds the store that a group is named after; null for a group that is no store's.</summary>
    public MessageStore? Find(string? name) => Find(name, static () => null);

    private MessageStore? Find(string? name, Func<string?> client)
    {
        try
        {
            return Stores.Find(name, client);
        }
        catch (Exception failure) when (failure is TooManyStoresException or ObjectDisposedException)
        {
            throw HubRefusal.Of(failure)!;
        }
    }
}
