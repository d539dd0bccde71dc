using Tornadose.SignalR.Authorization;

namespace Tornadose.SignalR;

/// <summary>
/// Ends subscriptions whose users may not read any more. A right is otherwise asked about when a subscription begins, and lasts as long as it does, at most until the user's authentication expires.
/// WebSockets are closed with 1008, hub streams end with an error, hub connections are closed, and responses end; whoever comes back is decided on anew.
/// </summary>
/// <remarks>Of this process: on several nodes call it on each, or have <c>TornadoseOptions.AccessRecheckInterval</c> see to it.</remarks>
public interface IStoreRevocation
{
    /// <summary>Ends all subscriptions of a user, those that the application has put into groups as well. Take the user's right or session away first: it does not keep him from coming back.</summary>
    /// <param name="userId">The user's id, as <c>TornadoseOptions.UserId</c> gives it: by default the claim <c>NameIdentifier</c>, else <c>sub</c>, else the name.</param>
    void Revoke(string userId);

    /// <summary>
    /// Asks the read policies again, with the claims that the users came with, and ends the subscriptions of those who may not read any more. Subscriptions that the application has made, by putting a connection into a store's
    /// group, are not asked about. A policy that throws, or does not answer within <c>TornadoseOptions.AccessRecheckTimeout</c>, ends
    /// the subscription only where <c>TornadoseOptions.EndOnFailedRecheck</c> says so.
    /// </summary>
    /// <param name="store">The store whose readers are asked about; null for those of all stores.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>A task that ends when all were asked about.</returns>
    Task RecheckAsync(string? store = null, CancellationToken cancellationToken = default);
}
