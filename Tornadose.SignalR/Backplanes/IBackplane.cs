using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Backplanes;

/// <summary>
/// What decides on the order and the positions of messages, and keeps them: this process alone, a database, or something that many
/// processes share. Yours, when you register it as a service after <c>AddTornadose()</c>.
/// </summary>
/// <remarks>
/// The contract in words, with an example that is complete: docs/your-own-store.md. In code: the suites of the package
/// Tornadose.SignalR.Specifications.
/// </remarks>
public interface IBackplane
{
    /// <summary>
    /// Connects a store, without waiting for others: what has to be asked for over a network comes with <see
    /// cref="IBackplaneChannel.FollowAsync"/>. Called once for each store of the process; for a store of a family again when it comes
    /// back, perhaps before its last channel has finished closing.
    /// </summary>
    /// <param name="store">The store's name. Those of families come from clients: it is no path, and no pattern.</param>
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
    /// checks ask, several times a minute.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The fault; null, unless a backplane says otherwise.</returns>
    ValueTask<string?> FindFaultAsync(CancellationToken cancellationToken) => new((string?)null);
}
