using Tornadose.SignalR.Hubs;

namespace Tornadose.SignalR;

/// <summary>
/// What a SignalR client of a <see cref="StoreHub"/> implements: <c>connection.on("Message", (store, message) => …)</c>.
/// </summary>
public interface IStoreClient
{
    /// <summary>A message of a store that the client is subscribed to.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="message">The message.</param>
    /// <returns>A task that completes when the message was sent.</returns>
    Task Message(string store, StoreClientMessage message);

    /// <summary>Messages are missing here; the next ones follow the reset's id.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="reset">The reset.</param>
    /// <returns>A task that completes when the reset was sent.</returns>
    Task Reset(string store, StoreClientReset reset);

    /// <summary>The store is complete, and has no more messages. The subscription has ended; the connection stays open.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="end">The end.</param>
    /// <returns>A task that completes when it was sent.</returns>
    Task Ended(string store, StoreClientEnd end);
}
