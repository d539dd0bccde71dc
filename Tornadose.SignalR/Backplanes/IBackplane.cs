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
}
