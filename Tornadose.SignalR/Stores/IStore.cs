using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR;

/// <summary>
/// A store: a named log of its recent messages. Publish to it once; SignalR clients, browsers' <c>EventSource</c>, curl, WebSockets and
/// readers in this process all get the same messages in the same order with the same ids. Safe for concurrent use.
/// </summary>
/// <remarks>
/// What is not offered, and why. There is no list of subscribers and no send to one of them: a store is a broadcast, and SignalR has
/// <c>Clients.Client(…)</c>. There is no acknowledgement from subscribers: the id with which one resumes tells its position. A published
/// message cannot be changed.
/// </remarks>
public interface IStore
{
    /// <summary>The store's name.</summary>
    string Name { get; }

    /// <summary>Publishes text. It is delivered as it is; half surrogate pairs become U+FFFD.</summary>
    /// <param name="text">The text; may be empty.</param>
    /// <param name="options">Event type and idempotency key.</param>
    /// <param name="cancellationToken">Ends the wait; the message may have been published all the same.</param>
    /// <returns>
    /// The message's position, whose text form is the id that every subscriber sees, once the log has accepted the message. It does not
    /// wait for any reader.
    /// </returns>
    /// <exception cref="ArgumentNullException">The text is null.</exception>
    /// <exception cref="ArgumentException">The event type or the key cannot be used.</exception>
    /// <exception cref="MessageTooLargeException">The text is larger than <see cref="StoreOptions.MaxMessageBytes"/>.</exception>
    /// <exception cref="StoreUnavailableException">The backplane did not answer; the message may have been published all
    /// the same.</exception>
    /// <exception cref="StoreRefusedException">There is no room: see <see cref="TornadoseOptions.MaxBytes"/>.</exception>
    /// <exception cref="StoreCompletedException">The store is complete.</exception>
    /// <exception cref="TooManyStoresException">The store was dropped as unused, and there is no room for it now.</exception>
    /// <exception cref="ObjectDisposedException">The application has ended.</exception>
    ValueTask<MessagePosition> PublishAsync(string text, PublishOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Publishes text that is in UTF-8 already. The bytes are kept, not copied: do not change them afterwards.</summary>
    /// <param name="utf8Text">The text.</param>
    /// <param name="options">Event type and idempotency key.</param>
    /// <param name="cancellationToken">Ends the wait; the message may have been published all the same.</param>
    /// <returns>The message's position.</returns>
    /// <exception cref="ArgumentException">The bytes are not valid UTF-8 (encode binary data as base64), or the event type or the key
    /// cannot be used.</exception>
    /// <exception cref="MessageTooLargeException">The text is larger than <see cref="StoreOptions.MaxMessageBytes"/>.</exception>
    /// <exception cref="StoreUnavailableException">The backplane did not answer; the message may have been published all
    /// the same.</exception>
    /// <exception cref="StoreRefusedException">There is no room: see <see cref="TornadoseOptions.MaxBytes"/>.</exception>
    /// <exception cref="StoreCompletedException">The store is complete.</exception>
    /// <exception cref="TooManyStoresException">The store was dropped as unused, and there is no room for it now.</exception>
    /// <exception cref="ObjectDisposedException">The application has ended.</exception>
    ValueTask<MessagePosition> PublishUtf8Async(
        ReadOnlyMemory<byte> utf8Text, PublishOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Publishes any other value, as JSON. It is serialized once, by the options of <c>ConfigureHttpJsonOptions</c> (source-generated
    /// contexts work).
    /// </summary>
    /// <typeparam name="T">The value's type, as declared; a byte array becomes a base64 string.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="options">Event type and idempotency key.</param>
    /// <param name="cancellationToken">Ends the wait; the message may have been published all the same.</param>
    /// <returns>The message's position.</returns>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    /// <exception cref="ArgumentException">
    /// The event type or the key cannot be used; or the value is memory of bytes, which is text for <see cref="PublishUtf8Async"/>.
    /// </exception>
    /// <exception cref="NotSupportedException">The JSON options know nothing of the type.</exception>
    /// <exception cref="MessageTooLargeException">The JSON is larger than <see cref="StoreOptions.MaxMessageBytes"/>.</exception>
    /// <exception cref="StoreUnavailableException">The backplane did not answer; the message may have been published all
    /// the same.</exception>
    /// <exception cref="StoreRefusedException">There is no room: see <see cref="TornadoseOptions.MaxBytes"/>.</exception>
    /// <exception cref="StoreCompletedException">The store is complete.</exception>
    /// <exception cref="TooManyStoresException">The store was dropped as unused, and there is no room for it now.</exception>
    /// <exception cref="ObjectDisposedException">The application has ended.</exception>
    ValueTask<MessagePosition> PublishAsync<T>(T value, PublishOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Publishes several values in one atomic step of the backplane: all of them or none, with no other message between them. A string is
    /// text, anything else becomes JSON.
    /// </summary>
    /// <typeparam name="T">The values' type, as declared.</typeparam>
    /// <param name="values">The values: from 1 to <see cref="PublishOptions.MaxBatchMessages"/>, with at most
    /// <see cref="PublishOptions.MaxBatchBytes"/> together.</param>
    /// <param name="options">The event type of each value, and one idempotency key for all.</param>
    /// <param name="cancellationToken">Ends the wait; the messages may have been published all the same.</param>
    /// <returns>The position of the last message. The offsets of the others are those before it.</returns>
    /// <exception cref="ArgumentNullException">The values, or one of them, are null.</exception>
    /// <exception cref="ArgumentException">There are no values, or too many; or as for <see cref="PublishAsync{T}"/>.</exception>
    /// <exception cref="MessageTooLargeException">One value is larger than <see cref="StoreOptions.MaxMessageBytes"/>, or all together are
    /// larger than <see cref="PublishOptions.MaxBatchBytes"/>.</exception>
    /// <exception cref="StoreUnavailableException">The backplane did not answer; the messages may have been published all
    /// the same.</exception>
    /// <exception cref="StoreRefusedException">There is no room: see <see cref="TornadoseOptions.MaxBytes"/>.</exception>
    /// <exception cref="StoreCompletedException">The store is complete.</exception>
    /// <exception cref="TooManyStoresException">The store was dropped as unused, and there is no room for it now.</exception>
    /// <exception cref="ObjectDisposedException">The application has ended.</exception>
    ValueTask<MessagePosition> PublishManyAsync<T>(
        IEnumerable<T> values, PublishOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends the store: nobody can publish to it afterwards. Its readers get the remaining messages, are told of the end in the form of
    /// their transport, and do not reconnect; later readers get what is kept, and the end. Completing a completed store does nothing.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; the store may have been completed all the same.</param>
    /// <returns>The position of the end, which is an entry of the log like any message.</returns>
    /// <exception cref="StoreUnavailableException">The backplane did not answer; the store may have been completed all
    /// the same.</exception>
    /// <exception cref="StoreRefusedException">The backplane refuses it.</exception>
    /// <exception cref="TooManyStoresException">The store was dropped as unused, and there is no room for it now.</exception>
    /// <exception cref="ObjectDisposedException">The application has ended.</exception>
    ValueTask<MessagePosition> CompleteAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Publishes a last value and ends the store, in one step: both or neither. If the store is complete already, nothing is published.
    /// </summary>
    /// <typeparam name="T">The value's type, as declared. A string is text, anything else becomes JSON.</typeparam>
    /// <param name="lastValue">The value.</param>
    /// <param name="options">Event type and idempotency key.</param>
    /// <param name="cancellationToken">Ends the wait; both may have been published all the same.</param>
    /// <returns>The position of the end.</returns>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    /// <exception cref="ArgumentException">As for <see cref="PublishAsync{T}"/>.</exception>
    /// <exception cref="MessageTooLargeException">The value is larger than <see cref="StoreOptions.MaxMessageBytes"/>.</exception>
    /// <exception cref="StoreUnavailableException">The backplane did not answer; both may have been published all the same.</exception>
    /// <exception cref="StoreRefusedException">There is no room: see <see cref="TornadoseOptions.MaxBytes"/>.</exception>
    /// <exception cref="TooManyStoresException">The store was dropped as unused, and there is no room for it now.</exception>
    /// <exception cref="ObjectDisposedException">The application has ended.</exception>
    ValueTask<MessagePosition> CompleteAsync<T>(
        T lastValue, PublishOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>The readers of the store.</summary>
    IStoreSubscribers Subscribers { get; }

    /// <summary>Gives the newest message that is still kept.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message; null when there is none.</returns>
    /// <exception cref="StoreUnavailableException">The backplane did not answer.</exception>
    /// <exception cref="TooManyStoresException">The store was dropped as unused, and there is no room for it now.</exception>
    /// <exception cref="ObjectDisposedException">The application has ended.</exception>
    ValueTask<StoreMessage?> GetLatestAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Gives the messages that are kept, oldest first, and the position after which a stream continues without gap or duplicate.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The snapshot.</returns>
    /// <exception cref="StoreUnavailableException">The backplane did not answer.</exception>
    /// <exception cref="TooManyStoresException">The store was dropped as unused, and there is no room for it now.</exception>
    /// <exception cref="ObjectDisposedException">The application has ended.</exception>
    ValueTask<StoreSnapshot> GetSnapshotAsync(CancellationToken cancellationToken = default);

    /// <summary>Opens a cursor, to read at your own pace. Dispose of it: until then the store is kept up to date for it.</summary>
    /// <param name="start">Where to begin.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The cursor.</returns>
    /// <exception cref="StoreUnavailableException">The backplane did not answer.</exception>
    /// <exception cref="TooManyStoresException">The store was dropped as unused, and there is no room for it now.</exception>
    /// <exception cref="ObjectDisposedException">The application has ended.</exception>
    ValueTask<MessageCursor> OpenCursorAsync(StartAt start, CancellationToken cancellationToken = default);

    /// <summary>Reads the messages from a start on, and then live, until the store is complete.</summary>
    /// <param name="start">Where to begin.</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>
    /// The messages, and resets where messages are missing (<see cref="StoreMessage.Reset"/>). It ends when the store is complete
    /// (<see cref="CompleteAsync(CancellationToken)"/>), when the application ends, or when the reader has fallen behind and the store's
    /// policy is to disconnect it.
    /// </returns>
    IAsyncEnumerable<StoreMessage> ReadAllAsync(StartAt start, CancellationToken cancellationToken = default);

    /// <summary>
    /// Keeps this process's copy of the store up to date until disposed of. Otherwise each read brings the copy up to date first,
    /// which takes a round trip if processes share the backplane. While the store is followed, only a start at the newest position, or
    /// after an id that the copy does not know, takes one. In memory there is nothing to follow.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What to dispose of; available once the copy is up to date, or the backplane cannot be reached.</returns>
    ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken = default);
}
