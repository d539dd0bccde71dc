using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Authorization;

/// <inheritdoc/>
internal sealed class StoreRevocation(SubscriberRegistry registry, TornadoseOptions options) : IStoreRevocation
{
    public void Revoke(string userId)
    {
        ArgumentNullException.ThrowIfNull(userId);
        registry.Review.Revoke(access => options.UserId(access.User) == userId);
    }

    public Task RecheckAsync(string? store = null, CancellationToken cancellationToken = default) =>
        registry.Review.RecheckAsync(access => store is null || access.Concerns(store), cancellationToken);
}
