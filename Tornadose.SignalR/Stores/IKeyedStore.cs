using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR;

/// <summary>
/// A keyed store: the latest value of each key. It is a log like any store, compacted: a change takes its key out of its old place and
/// appends it at the end. Subscribers get all keys first, and then what changes; one that falls behind gets each key once, with its newest
/// value. Values are JSON. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Keys are text of 1 to 256 characters, without control characters. All members throw an <see cref="ArgumentException"/> for other keys,
/// and an <see cref="ObjectDisposedException"/> once the application has ended. Changes throw a <see cref="StoreUnavailableException"/>
/// where the backplane did not answer (the change may have been stored all the same), a <see cref="StoreRefusedException"/> where it does
/// not take the change, and a <see cref="StoreCompletedException"/> once the store is complete.
/// </remarks>
public interface IKeyedStore
{
    /// <summary>The store's name.</summary>
    string Name { get; }

    /// <summary>The readers of the store.</summary>
    IStoreSubscribers Subscribers { get; }

    /// <summary>Sets a key.</summary>
    /// <typeparam name="TValue">The value's type, as declared.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="value">The value. It becomes JSON, a string too.</param>
    /// <param name="options">The idempotency key. There are no event types in a keyed store.</param>
    /// <param name="cancellationToken">Ends the wait; the change may have been stored all the same.</param>
    /// <returns>The value's position, whose text form is the id that every subscriber sees.</returns>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    /// <exception cref="MessageTooLargeException">The JSON is larger than <see cref="StoreOptions.MaxMessageBytes"/>.</exception>
    /// <exception cref="StoreFullException">There would be more than <see cref="StoreOptions.MaxKeys"/> keys, or <see
    /// cref="StoreOptions.MaxBytes"/> bytes.</exception>
    ValueTask<MessagePosition> SetAsync<TValue>(
        string key, TValue value, PublishOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Sets a key on a condition: if it is new, if it exists, or if its value is still a certain one.</summary>
    /// <typeparam name="TValue">The value's type, as declared.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="condition">The condition.</param>
    /// <param name="options">The idempotency key.</param>
    /// <param name="cancellationToken">Ends the wait; the change may have been stored all the same.</param>
    /// <returns>The value's position; null if the condition is not met.</returns>
    ValueTask<MessagePosition?> SetAsync<TValue>(
        string key, TValue value, KeyCondition condition, PublishOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Removes a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="condition">The condition; by default there is none.</param>
    /// <param name="options">The idempotency key.</param>
    /// <param name="cancellationToken">Ends the wait; the key may have been removed all the same.</param>
    /// <returns>The position of the removal; null when the key is not there, or the condition is not met.</returns>
    ValueTask<MessagePosition?> RemoveAsync(
        string key, KeyCondition condition = default, PublishOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Removes all keys, in one step.</summary>
    /// <param name="options">The idempotency key.</param>
    /// <param name="cancellationToken">Ends the wait; the keys may have been removed all the same.</param>
    /// <returns>The position of the removal; null when there are no keys.</returns>
    ValueTask<MessagePosition?> ClearAsync(PublishOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Gives the message that has set a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message; null when the key is not there.</returns>
    ValueTask<StoreMessage?> GetAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>
    /// Gives the message that has set each key, in order of last change, and the position after which a stream continues.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The messages.</returns>
    ValueTask<StoreSnapshot> GetSnapshotAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads the changes from a start on, and then live, until the store is complete. <see cref="StoreMessage.Change"/> tells what a
    /// message is. A <see cref="StoreChange.SnapshotStart"/> comes before the values of all keys, a <see cref="StoreChange.SnapshotEnd"/>
    /// once everything that the store held has been read. A reset is followed by a <see cref="StoreChange.Clear"/> and all keys again.
    /// </summary>
    /// <param name="start"><see cref="StartAt.Now"/> for changes from now on, an id for what has changed since, anything else for all
    /// keys; add <see cref="StartAt.OfKey"/> to read one key only.</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The messages, and resets.</returns>
    IAsyncEnumerable<StoreMessage> ReadAllAsync(StartAt start, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends the store: nothing can be changed any more, and readers are told. See <see cref="IStore.CompleteAsync(CancellationToken)"/>.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; the store may have been completed all the same.</param>
    /// <returns>The position of the end.</returns>
    ValueTask<MessagePosition> CompleteAsync(CancellationToken cancellationToken = default);
}

/// <summary>The typed face of a keyed store.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
public interface IKeyedStore<T> : IKeyedStore
{
    /// <summary>Sets a key.</summary>
    /// <inheritdoc cref="IKeyedStore.SetAsync{TValue}(string, TValue, PublishOptions?, CancellationToken)"/>
    ValueTask<MessagePosition> SetAsync(
        string key, T value, PublishOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Sets a key on a condition.</summary>
    /// <inheritdoc cref="IKeyedStore.SetAsync{TValue}(string, TValue, KeyCondition, PublishOptions?, CancellationToken)"/>
    ValueTask<MessagePosition?> SetAsync(
        string key, T value, KeyCondition condition, PublishOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Gives the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The value with its message; null when the key is not there.</returns>
    new ValueTask<StoreMessage<T>?> GetAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Gives the value of each key.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The values, and the position after which a stream continues.</returns>
    /// <exception cref="MessageFormatException">A value is not a <typeparamref name="T"/>: another publisher has set it.</exception>
    ValueTask<StoreEntries<T>> GetEntriesAsync(CancellationToken cancellationToken = default);

    /// <inheritdoc cref="IKeyedStore.ReadAllAsync"/>
    new IAsyncEnumerable<StoreMessage<T>> ReadAllAsync(StartAt start, CancellationToken cancellationToken = default);
}
