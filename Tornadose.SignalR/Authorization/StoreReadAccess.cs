using System.Security.Claims;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Authorization;

/// <summary>The right to read some stores, by their policies.</summary>
internal sealed class StoreReadAccess(
    StoreAuthorizer authorizer, ClaimsPrincipal user, IReadOnlyList<MessageStore> stores, DateTimeOffset? until,
    int round) : SubscriberAccess(user, until, round)
{
    public override bool Concerns(string store) => stores.Any(mine => mine.Name == store);

    public override async ValueTask<bool> IsGrantedAsync() => await DecideAsync() == StoreVerdict.Allowed;

    /// <summary>The first verdict that is not <see cref="StoreVerdict.Allowed"/>, if there is one.</summary>
    public async ValueTask<StoreVerdict> DecideAsync()
    {
        foreach (var store in stores)
            if (await authorizer.DecideAsync(User, store, StoreOperation.Read, Issued) is not StoreVerdict.Allowed and var verdict)
                return verdict;
        return StoreVerdict.Allowed;
    }
}
