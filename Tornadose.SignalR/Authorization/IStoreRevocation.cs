using Tornadose.SignalR.Authorization;

namespace Tornadose.SignalR;

/// <summary>
/// Ends subscriptions whose users may no longer read. Otherwise access is checked when a subscription begins, and lasts as long as the
/// subscription, at most until the user's authentication expires. WebSockets are closed with 1008, hub streams end with an error, hub
/// connections are closed, and responses end; a client that reconnects is authorized again.
/// </summary>
public interface IStoreRevocation
{
    /// <summary>Ends all subscriptions of a user on this process. <see cref="RevokeAsync"/> does so on every node.</summary>
    /// <param name="userId">The user's id, as <c>TornadoseOptions.UserId</c> gives it: by default the claim <c>NameIdentifier</c>, else
    /// <c>sub</c>, else the name.</param>
    void Revoke(string userId);

    /// <summary>
    /// Ends all subscriptions of a user on every node, including those of connections that the application has put into groups. For at
    /// least a day it also refuses the stream tickets and tokens that were issued to the user before: a token by its claim <c>iat</c>, a
    /// cookie by the time of signing in. A node that is away does the same when it returns. Remove the user's right or session first: this
    /// does not prevent the user from signing in again.
    /// </summary>
    /// <param name="userId">The user's id, as <c>TornadoseOptions.UserId</c> gives it: by default the claim <c>NameIdentifier</c>, else
    /// <c>sub</c>, else the name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when all nodes have confirmed.</returns>
    /// <exception cref="StoreUnavailableException">Done on this process; a node has not confirmed, or the backplane cannot be reached.
    /// Call it again.</exception>
    /// <exception cref="StoreRefusedException">Done on this process; the backplane does not let it notify other nodes.</exception>
    Task RevokeAsync(string userId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Evaluates the read policies again on every node, with the claims that the users had when they subscribed, and ends the
    /// subscriptions of users who may no longer read. Subscriptions that the application made by putting a connection into a store's group
    /// are not checked. A policy that throws, or does not answer within <c>TornadoseOptions.AccessRecheckTimeout</c>, ends the
    /// subscription only where <c>TornadoseOptions.EndOnFailedRecheck</c> says so.
    /// </summary>
    /// <param name="store">The store whose readers are checked; null for the readers of all stores.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>A task that completes when all subscriptions were checked.</returns>
    /// <exception cref="StoreUnavailableException">Done on this process; a node has not confirmed, or the backplane cannot be reached.
    /// Call it again.</exception>
    /// <exception cref="StoreRefusedException">Done on this process; the backplane does not let it notify other nodes.</exception>
    Task RecheckAsync(string? store = null, CancellationToken cancellationToken = default);
}
