using Tornadose.SignalR.Authorization;

namespace Tornadose.SignalR;

/// <summary>
/// Ends subscriptions whose users may not read any more. A right is otherwise asked about when a subscription begins, and lasts as long as
/// it does, at most until the user's authentication expires. WebSockets are closed with 1008, hub streams end with an error, hub
/// connections are closed, and responses end; whoever comes back is decided on anew.
/// </summary>
public interface IStoreRevocation
{
    /// <summary>Ends all subscriptions that a user has on this process: see <see cref="RevokeAsync"/>, which does it on all.</summary>
    /// <param name="userId">The user's id, as <c>TornadoseOptions.UserId</c> gives it: by default the claim <c>NameIdentifier</c>, else
    /// <c>sub</c>, else the name.</param>
    void Revoke(string userId);

    /// <summary>
    /// Ends all subscriptions of a user on every node, those that the application has put into groups as well, and refuses the stream
    /// tickets and the tokens that were issued to the user before, for a day: a token by its claim <c>iat</c>, a cookie by the time of
    /// signing in. A node that is away does the same when it is back. Take the user's right or session away first: it does not keep the
    /// user from signing in again.
    /// </summary>
    /// <param name="userId">The user's id, as <c>TornadoseOptions.UserId</c> gives it: by default the claim <c>NameIdentifier</c>, else
    /// <c>sub</c>, else the name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when all nodes have confirmed.</returns>
    /// <exception cref="StoreUnavailableException">Done on this process; a node has not confirmed, or the backplane cannot be reached.
    /// Call it again.</exception>
    /// <exception cref="StoreRefusedException">Done on this process; the backplane does not let it tell the others.</exception>
    Task RevokeAsync(string userId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Asks the read policies again, on every node, with the claims that the users came with, and ends the subscriptions of those who may
    /// not read any more. Subscriptions that the application has made, by putting a connection into a store's group, are not asked about.
    /// A policy that throws, or does not answer within <c>TornadoseOptions.AccessRecheckTimeout</c>, ends the subscription only where
    /// <c>TornadoseOptions.EndOnFailedRecheck</c> says so.
    /// </summary>
    /// <param name="store">The store whose readers are asked about; null for those of all stores.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>A task that ends when all were asked about.</returns>
    /// <exception cref="StoreUnavailableException">Done on this process; a node has not confirmed, or the backplane cannot be reached.
    /// Call it again.</exception>
    /// <exception cref="StoreRefusedException">Done on this process; the backplane does not let it tell the others.</exception>
    Task RecheckAsync(string? store = null, CancellationToken cancellationToken = default);
}
