using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR;

/// <summary>
/// The readers of a store: subscribers on every transport, and <see cref="IStore.ReadAllAsync"/> and open cursors in the process. Getting
/// the latest value or a snapshot in the process does not count, nor does following.
/// </summary>
public interface IStoreSubscribers
{
    /// <summary>How many there are in this process at the moment.</summary>
    int Count { get; }

    /// <summary>
    /// Whether the store has readers in this process. It becomes true with the first reader, and false once there has been none for
    /// <see cref="StoreOptions.SubscriberGrace"/>, so that a reconnect changes nothing.
    /// </summary>
    bool Any { get; }

    /// <summary>
    /// Waits until <see cref="Any"/> has a value: until a reader arrives, or all have left and the grace period is over.
    /// </summary>
    /// <param name="any">The value to wait for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when <see cref="Any"/> has this value.</returns>
    Task WaitAsync(bool any, CancellationToken cancellationToken = default);

    /// <summary>
    /// Asks all processes that share the store over Redis how many readers they have; without Redis it is <see cref="Count"/>. A process
    /// that does not answer within <c>RedisBackplaneOptions.AnswerTimeout</c> is left out.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The number of readers in all of them together.</returns>
    ValueTask<int> CountEverywhereAsync(CancellationToken cancellationToken = default);
}
