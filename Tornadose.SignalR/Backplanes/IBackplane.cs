using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Backplanes;

/// <summary>What decides on the order and the positions of messages: this process alone, or something that many processes share.</summary>
public interface IBackplane
{
    /// <summary>Connects a store. Called once for each store of the process.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="limits">How much the store keeps.</param>
    /// <returns>The store's channel.</returns>
    IBackplaneChannel Open(string store, MessageLogLimits limits);

    /// <summary>What keeps messages from being accepted or delivered at the moment, in a sentence for operators; null when nothing does. Health checks ask, several times a minute.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The fault; null, unless a backplane says otherwise.</returns>
    ValueTask<string?> FindFaultAsync(CancellationToken cancellationToken) => new((string?)null);
}
