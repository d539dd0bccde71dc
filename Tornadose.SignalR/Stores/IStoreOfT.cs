using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR;

/// <summary>The typed face of a store: values instead of JSON.</summary>
/// <typeparam name="T">The type of the values. Strings are published as text.</typeparam>
public interface IStore<T> : IStore
{
    /// <summary>Publishes a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="options">Event type and idempotency key.</param>
    /// <param name="cancellationToken">Ends the wait; the message may have been published all the same.</param>
    /// <returns>The message's position.</returns>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    /// <exception cref="ArgumentException">The event type or the key cannot be used.</exception>
    /// <exception cref="MessageTooLargeException">The JSON is larger than <see cref="StoreOptions.MaxMessageBytes"/>.</exception>
    ValueTask<MessagePosition> PublishAsync(T value, PublishOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Gives the newest value that is still kept.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The value with its message; null when there is none.</returns>
    /// <exception cref="ObjectDisposedException">The application has ended.</exception>
    new ValueTask<StoreMessage<T>?> GetLatestAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads the values from a start on, and then live, until the store is complete.</summary>
    /// <param name="start">Where to begin.</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The values with their messages, and resets where messages are missing.</returns>
    new IAsyncEnumerable<StoreMessage<T>> ReadAllAsync(StartAt start, CancellationToken cancellationToken = default);
}
