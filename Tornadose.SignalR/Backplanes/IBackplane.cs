using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Backplanes;

/// <summary>
/// Decides the order and the positions of messages, and keeps them: in this process alone, in a database, or in something that many
/// processes share. To use your own, register it as a service after <c>AddTornadose()</c>.
/// </summary>
/// <remarks>
/// The contract is described in docs/your-own-store.md, with a complete example, and tested by the suites of the package
/// Tornadose.SignalR.Specifications.
/// </remarks>
public interface IBackplane
{
    /// <summary>
    /// Opens a store's channel, without waiting for others: <see cref="IBackplaneChannel.FollowAsync"/> is the place for requests over a
    /// network. Called once for each store of the process, and again when a dropped store of a family is recreated, perhaps before its
    /// last channel has finished closing.
    /// </summary>
    /// <param name="store">The store's name. Names in families come from clients: do not use one as a path or a pattern.</param>
    /// <param name="limits">How much the store keeps.</param>
    /// <returns>The store's channel.</returns>
    IBackplaneChannel Open(string store, MessageLogLimits limits);

    /// <summary>
    /// Whether its channels implement <see cref="IBackplaneChannel.ChangeAsync(KeyedChange, string?, CancellationToken)"/>. An application
    /// that adds a keyed store does not start on a backplane that keeps none. Default false.
    /// </summary>
    bool KeepsKeyedStores => false;

    /// <summary>
    /// What keeps messages from being accepted or delivered at the moment, in a sentence for operators; null when nothing does. Health
    /// checks call this several times a minute.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The fault; null by default.</returns>
    ValueTask<string?> FindFaultAsync(CancellationToken cancellationToken) => new((string?)null);
}
