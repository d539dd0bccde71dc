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
    StoreProvider Stores, SubscriberRegistry Registry, HubEncoders Encoders, StoreAuthorizer Authorizer, TornadoseOptions Options, INodeQuestions? Nodes = null)
{
    public static HubException Full() => Refused(AdmissionRefusal.Full);

    public static HubException Refused(AdmissionRefusal refusal) => new(refusal.Description);

    public static HubException NoSuchStore() => new("There is no such store.");

    /// <summary>Finds a store for a client, which learns no more than that there is none.</summary>
    /// <exception cref="HubException">There is none.</exception>
    public MessageStore Get(string name, Func<string?> client) => Find(name, client) ?? throw NoSuchStore();

    /// <summary>Follows a store for a client.</summary>
    /// <exception cref="HubException">The store had to make way for others since it was found, and there is no room for it now.</exception>
    public static async ValueTask<FollowedStore> FollowAsync(MessageStore store, CancellationToken cancellationToken)
    {
        try
        {
            return await FollowedStore.BeginAsync(store, cancellationToken).ConfigureAwait(false);
        }
        catch (TooManyStoresException)
        {
            throw Full();
        }
    }

    /// <summary>Finds the store that a group is named after; null for a group that is none's.</summary>
    public MessageStore? Find(string? name) => Find(name, static () => null);

    private MessageStore? Find(string? name, Func<string?> client)
    {
        try
        {
            return Stores.Find(name, client);
        }
        catch (TooManyStoresException)
        {
            throw Full();
        }
    }
}
