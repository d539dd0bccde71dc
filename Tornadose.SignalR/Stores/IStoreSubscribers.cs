using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR;

/// <summary>
/// Who reads a store: subscribers on every transport, and <see cref="IStore.ReadAllAsync"/> and open cursors in the process. A look at the
/// latest value or a snapshot in the process does not count, and neither does following.
/// </summary>
public interface IStoreSubscribers
{
    /// <summary>How many there are in this process at the moment.</summary>
    int Count { get; }

    /// <summary>
    /// Whether somebody reads in this process. It becomes true with the first, and false once there has been none for
    /// <see cref="StoreOptions.SubscriberGrace"/>, so that a reconnect changes nothing.
    /// </summary>
    bool Any { get; }

    /// <summary>Waits until <see cref="Any"/> is as given: until somebody comes, or all have gone and the grace is over.</summary>
    /// <param name="any">What is waited for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when it is so.</returns>
    Task WaitAsync(bool any, CancellationToken cancellationToken = default);

    /// <summary>
    /// Asks all processes that share the store over Redis how many there are. Elsewhere it is <see cref="Count"/>. One that does not
    /// answer in time is left out.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many there are in all of them together.</returns>
    ValueTask<int> CountEverywhereAsync(CancellationToken cancellationToken = default);
}
