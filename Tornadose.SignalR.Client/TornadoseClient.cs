using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tornadose.SignalR.Client;

namespace Tornadose.SignalR;

/// <summary>
/// Follows the stores of a server, and publishes to them: from any .NET program, browsers included. Safe for concurrent use; one
/// serves a whole application.
/// </summary>
/// <remarks>
/// A subscription reconnects until it ends, and resumes after its last message: nothing is lost or duplicated. Where the server cannot
/// resume, a reset says so (<see cref="ReceivedMessage.Reset"/>). It ends when the application ends it, when the store is complete,
/// and when an operator of the server ends this client for good. It fails with an exception when the server refuses it in a way that
/// another attempt would not change.
/// </remarks>
public sealed class TornadoseClient : IStoreReaders, IDisposable
{
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    private readonly Func<HttpClient> _createClient;
    private readonly HttpClient? _own;
    private readonly TornadoseClientOptions _options;
    private readonly ClientMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly SharedStream _shared;

    /// <summary>Creates a client with its own connections.</summary>
    /// <param name="baseAddress">The URL of <c>MapStores</c>, as <c>https://example.com/stores</c>.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="loggerFactory">Where to log; null for nowhere.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">
    /// The options are invalid; the message says which.
    /// </exception>
    public TornadoseClient(Uri baseAddress, TornadoseClientOptions? options = null, ILoggerFactory? loggerFactory = null)
        : this(CreateClient(), baseAddress ?? throw new ArgumentNullException(nameof(baseAddress)), options, loggerFactory) =>
        _own = _createClient();

    /// <summary>
    /// Creates a client on an <see cref="HttpClient"/> of the application, with its handlers, headers and cookies. It is not disposed.
    /// </summary>
    /// <param name="httpClient">
    /// The client. Its <see cref="HttpClient.BaseAddress"/> is used if <see cref="TornadoseClientOptions.BaseAddress"/> is not set.
    /// </param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="loggerFactory">Where to log; null for nowhere.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">
    /// The options are invalid; the message says which.
    /// </exception>
    public TornadoseClient(HttpClient httpClient, TornadoseClientOptions? options = null, ILoggerFactory? loggerFactory = null)
        : this(
            httpClient ?? throw new ArgumentNullException(nameof(httpClient)), options?.BaseAddress ?? httpClient.BaseAddress,
            options, loggerFactory)
    {
    }

    internal TornadoseClient(
        Func<HttpClient> createClient, Uri? baseAddress, TornadoseClientOptions options,
        ILogger logger, ClientMetrics metrics, TimeProvider? time)
    {
        TornadoseClientOptionsValidation.ThrowIfInvalid(options, baseAddress);
        (_createClient, _options, _logger, _metrics) = (createClient, options, logger, metrics);
        _time = options.TimeProvider ?? time ?? TimeProvider.System;
        BaseAddress = baseAddress!;
        _shared = new SharedStream(FollowForView, _time);
    }

    private TornadoseClient(HttpClient httpClient, Uri? baseAddress, TornadoseClientOptions? options, ILoggerFactory? loggerFactory)
        : this(() => httpClient, baseAddress, options ?? new(), Logger(loggerFactory), ClientMetrics.Shared, time: null)
    {
    }

    /// <summary>The URL of <c>MapStores</c>.</summary>
    public Uri BaseAddress { get; }

    /// <summary>Reads the messages of a store, then new ones as they are published, until the store is complete.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="start">
    /// Where to begin. Null for the default of a new subscriber: the current value of a data store, then what is published. To resume, use
    /// <see cref="StartAt.AfterId"/> with the last <see cref="ReceivedMessage.Id"/>.
    /// </param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>
    /// The messages, and resets where messages are missing. The connection is read only as fast as the messages are taken. It ends
    /// when the store is complete, or an operator of the server ends this client for good; <see cref="StoreNotFoundException"/>,
    /// <see cref="StoreAccessDeniedException"/> and <see cref="StoreConnectionException"/> end it where another attempt would not help.
    /// </returns>
    /// <exception cref="ArgumentException">It is not a store name.</exception>
    public IAsyncEnumerable<ReceivedMessage> ReadAllAsync(
        string store, StartAt? start = null, CancellationToken cancellationToken = default) =>
        ReadAsync(StoreList.Of(store), start, cancellationToken);

    /// <summary>
    /// Reads the messages of several stores over one connection, then new ones as they are published, until all stores are complete.
    /// </summary>
    /// <param name="stores">The names, at most 64. An id covers all of them.</param>
    /// <param name="start">Where to begin in each; null for what a new subscriber gets.</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The messages, each with its store, and resets where messages are missing.</returns>
    /// <exception cref="ArgumentException">There are none, too many, or one that is not a store name.</exception>
    public IAsyncEnumerable<ReceivedMessage> ReadAllAsync(
        IReadOnlyCollection<string> stores, StartAt? start = null, CancellationToken cancellationToken = default) =>
        ReadAsync(StoreList.Of(stores), start, cancellationToken);

    /// <summary>Reads the values of a store, then new ones as they are published, until the store is complete.</summary>
    /// <typeparam name="T">The type of the values, read by <see cref="TornadoseClientOptions.JsonSerializerOptions"/>.</typeparam>
    /// <param name="store">The store's name.</param>
    /// <param name="start">Where to begin; null for what a new subscriber gets.</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The values with their messages, and resets where messages are missing.</returns>
    /// <exception cref="ArgumentException">It is not a store name.</exception>
    public IAsyncEnumerable<ReceivedMessage<T>> ReadAllAsync<T>(
        string store, StartAt? start = null, CancellationToken cancellationToken = default) =>
        ReadAsync<T>(StoreList.Of(store), start, cancellationToken);

    /// <summary>
    /// Reads the values of several stores over one connection, then new ones as they are published, until all stores are complete.
    /// </summary>
    /// <typeparam name="T">The type of the values, read by <see cref="TornadoseClientOptions.JsonSerializerOptions"/>.</typeparam>
    /// <param name="stores">The names, at most 64. An id covers all of them.</param>
    /// <param name="start">Where to begin in each; null for what a new subscriber gets.</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The values with their messages, and resets where messages are missing.</returns>
    /// <exception cref="ArgumentException">There are none, too many, or one that is not a store name.</exception>
    public IAsyncEnumerable<ReceivedMessage<T>> ReadAllAsync<T>(
        IReadOnlyCollection<string> stores, StartAt? start = null, CancellationToken cancellationToken = default) =>
        ReadAsync<T>(StoreList.Of(stores), start, cancellationToken);

    /// <summary>Follows a store in the background, and tells what the subscription is doing.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="onMessage">
    /// Called with each message and each reset, one at a time: the next is read when the call completes. An exception is logged,
    /// and the subscription continues.
    /// </param>
    /// <param name="onStateChanged">Called with the subscription after each change of its state; it should return quickly.</param>
    /// <param name="start">Where to begin; null for what a new subscriber gets.</param>
    /// <returns>The subscription. Dispose of it to end it.</returns>
    /// <exception cref="ArgumentException">It is not a store name.</exception>
    public StoreSubscription Follow(
        string store, Func<ReceivedMessage, CancellationToken, ValueTask> onMessage,
        Action<StoreSubscription>? onStateChanged = null, StartAt? start = null) =>
        Follow(StoreList.Of(store), onMessage, onStateChanged, start);

    /// <summary>Follows several stores in the background over one connection, and tells what the subscription is doing.</summary>
    /// <param name="stores">The names, at most 64. An id covers all of them.</param>
    /// <param name="onMessage">
    /// Called with each message and each reset, one at a time: the next is read when the call completes. An exception is logged,
    /// and the subscription continues.
    /// </param>
    /// <param name="onStateChanged">Called with the subscription after each change of its state; it should return quickly.</param>
    /// <param name="start">Where to begin in each; null for what a new subscriber gets.</param>
    /// <returns>The subscription. Dispose of it to end it.</returns>
    /// <exception cref="ArgumentException">There are none, too many, or one that is not a store name.</exception>
    public StoreSubscription Follow(
        IReadOnlyCollection<string> stores, Func<ReceivedMessage, CancellationToken, ValueTask> onMessage,
        Action<StoreSubscription>? onStateChanged = null, StartAt? start = null) =>
        Follow(StoreList.Of(stores), onMessage, onStateChanged, start);

    /// <summary>Follows a keyed store in the background, and keeps its collection: the value of each key.</summary>
    /// <typeparam name="T">
    /// The type of the values, read by <see cref="TornadoseClientOptions.JsonSerializerOptions"/>. A key whose value is not a
    /// <typeparamref name="T"/> is omitted and logged.
    /// </typeparam>
    /// <param name="store">The store's name.</param>
    /// <param name="onChange">
    /// Called with each change after the collection has it, one at a time: the next is read when the call completes. An exception is
    /// logged, and the subscription continues.
    /// </param>
    /// <param name="onStateChanged">Called with the subscription after each change of its state; it should return quickly.</param>
    /// <returns>The subscription. Dispose of it to end it.</returns>
    /// <exception cref="ArgumentException">It is not a store name.</exception>
    /// <exception cref="NotSupportedException">The JSON options have no metadata for the type.</exception>
    public EntriesSubscription<T> FollowEntries<T>(
        string store, Func<EntryChange<T>, CancellationToken, ValueTask>? onChange = null,
        Action<EntriesSubscription<T>>? onStateChanged = null) =>
        FollowEntries(store, (JsonTypeInfo<T>)_options.JsonSerializerOptions.GetTypeInfo(typeof(T)), onChange, onStateChanged);

    /// <summary>The same, with values that are read with the type metadata of a source-generated context.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="store">The store's name.</param>
    /// <param name="typeInfo">The metadata of the type.</param>
    /// <param name="onChange">Called with each change, once the collection has it.</param>
    /// <param name="onStateChanged">Called with the subscription after each change of its state; it should return quickly.</param>
    /// <returns>The subscription. Dispose of it to end it.</returns>
    /// <exception cref="ArgumentException">It is not a store name.</exception>
    public EntriesSubscription<T> FollowEntries<T>(
        string store, JsonTypeInfo<T> typeInfo, Func<EntryChange<T>, CancellationToken, ValueTask>? onChange = null,
        Action<EntriesSubscription<T>>? onStateChanged = null)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        var stores = StoreList.Of(store);
        return new(
            (take, changed) => Follow(stores, take, changed, start: null), typeInfo, onChange, onStateChanged, _logger);
    }

    /// <summary>Returns a reader of a store, for components that work both on the server and over a wire.</summary>
    /// <param name="store">The store's name.</param>
    /// <returns>The reader. It connects when it is read.</returns>
    /// <exception cref="ArgumentException">It is not a store name.</exception>
    public IStoreReader GetReader(string store) => new WireStoreReader(
        StoreList.Of(store), _options.JsonSerializerOptions, FollowForView,
        () => _options is { ShareConnection: true, Transport: not StoreTransport.SignalR } ? _shared : null);

    /// <summary>Publishes text over HTTP, to a server with <c>MapStorePublishing</c>.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="text">The text; may be empty.</param>
    /// <param name="options">
    /// Event type and idempotency key. With a key the call may be repeated when its outcome is unknown: one message is stored.
    /// </param>
    /// <param name="cancellationToken">Ends the wait; the message may have been published all the same.</param>
    /// <returns>The message's id, once the server's log has it.</returns>
    /// <exception cref="ArgumentException">The name, the event type or the key is invalid.</exception>
    /// <exception cref="MessageTooLargeException">The store takes no message of that size.</exception>
    /// <exception cref="StoreNotFoundException">There is no such store.</exception>
    /// <exception cref="StoreAccessDeniedException">This client may not publish to it.</exception>
    /// <exception cref="StoreCompletedException">The store is complete.</exception>
    /// <exception cref="StoreUnavailableException">The server did not answer, or could not store it at the moment.</exception>
    /// <exception cref="StoreConnectionException">
    /// The server refused it for another reason, for instance because it takes no messages over HTTP.
    /// </exception>
    public Task<string> PublishAsync(
        string store, string text, PublishOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return PublishAsync(store, System.Text.Encoding.UTF8.GetBytes(text), MessageFormat.Text, options, cancellationToken);
    }

    /// <summary>Publishes text that is already encoded as UTF-8.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="utf8Text">The text.</param>
    /// <param name="options">Event type and idempotency key.</param>
    /// <param name="cancellationToken">Ends the wait; the message may have been published all the same.</param>
    /// <returns>The message's id, once the server's log has it.</returns>
    /// <exception cref="ArgumentException">The bytes are not valid UTF-8, or the name, the event type or the key is invalid.</exception>
    /// <exception cref="StoreException">As <see cref="PublishAsync(string, string, PublishOptions?, CancellationToken)"/>.</exception>
    public Task<string> PublishUtf8Async(
        string store, ReadOnlyMemory<byte> utf8Text, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        Utf8.IsValid(utf8Text.Span)
            ? PublishAsync(store, utf8Text, MessageFormat.Text, options, cancellationToken)
            : throw new ArgumentException("The bytes are not valid UTF-8. Encode binary data as base64.", nameof(utf8Text));

    /// <summary>Publishes any other value, as JSON.</summary>
    /// <typeparam name="T">
    /// The value's type, as declared, which <see cref="TornadoseClientOptions.JsonSerializerOptions"/> have to know. A string is
    /// published as text.
    /// </typeparam>
    /// <param name="store">The store's name.</param>
    /// <param name="value">The value.</param>
    /// <param name="options">Event type and idempotency key.</param>
    /// <param name="cancellationToken">Ends the wait; the message may have been published all the same.</param>
    /// <returns>The message's id, once the server's log has it.</returns>
    /// <exception cref="NotSupportedException">The JSON options have no metadata for the type.</exception>
    /// <exception cref="ArgumentException">The name, the event type or the key is invalid.</exception>
    /// <exception cref="StoreException">As <see cref="PublishAsync(string, string, PublishOptions?, CancellationToken)"/>.</exception>
    public Task<string> PublishAsync<T>(
        string store, T value, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        value is string text
            ? PublishAsync(store, text, options, cancellationToken)
            : PublishAsync(
                store, value, (JsonTypeInfo<T>)_options.JsonSerializerOptions.GetTypeInfo(typeof(T)), options, cancellationToken);

    /// <summary>Publishes a value as JSON, written with the type metadata of a source-generated context.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="store">The store's name.</param>
    /// <param name="value">The value.</param>
    /// <param name="typeInfo">The metadata of the type.</param>
    /// <param name="options">Event type and idempotency key.</param>
    /// <param name="cancellationToken">Ends the wait; the message may have been published all the same.</param>
    /// <returns>The message's id, once the server's log has it.</returns>
    /// <exception cref="ArgumentException">The name, the event type or the key is invalid.</exception>
    /// <exception cref="StoreException">As <see cref="PublishAsync(string, string, PublishOptions?, CancellationToken)"/>.</exception>
    public Task<string> PublishAsync<T>(
        string store, T value, JsonTypeInfo<T> typeInfo, PublishOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(typeInfo);
        return PublishAsync(store, JsonSerializer.SerializeToUtf8Bytes(value, typeInfo), MessageFormat.Json, options, cancellationToken);
    }

    /// <summary>Publishes several values, all of them or none: one after the other, with nothing between them.</summary>
    /// <typeparam name="T">
    /// The values' type, as declared, which <see cref="TornadoseClientOptions.JsonSerializerOptions"/> have to know. A string is
    /// published as text, anything else as JSON.
    /// </typeparam>
    /// <param name="store">The store's name.</param>
    /// <param name="values">
    /// The values: from 1 to <see cref="PublishOptions.MaxBatchMessages"/>, which the server takes as a body of at most
    /// <see cref="PublishOptions.MaxBatchBytes"/>.
    /// </param>
    /// <param name="options">The event type of each of them, and the idempotency key of all.</param>
    /// <param name="cancellationToken">Ends the wait; the messages may have been published all the same.</param>
    /// <returns>The id of the last message, once the server's log has all of them.</returns>
    /// <exception cref="NotSupportedException">The JSON options have no metadata for the type.</exception>
    /// <exception cref="ArgumentException">There are none, or too many; or the name, the event type or the key is invalid.</exception>
    /// <exception cref="MessageTooLargeException">One message, or all together, are larger than the server takes.</exception>
    /// <exception cref="StoreException">As <see cref="PublishAsync(string, string, PublishOptions?, CancellationToken)"/>.</exception>
    public Task<string> PublishManyAsync<T>(
        string store, IEnumerable<T> values, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        PublishManyAsync(
            store, values, (JsonTypeInfo<T>)_options.JsonSerializerOptions.GetTypeInfo(typeof(T)), options, cancellationToken);

    /// <summary>Publishes several values as JSON, written with the type metadata of a source-generated context.</summary>
    /// <typeparam name="T">The values' type.</typeparam>
    /// <param name="store">The store's name.</param>
    /// <param name="values">The values.</param>
    /// <param name="typeInfo">The metadata of the type.</param>
    /// <param name="options">The event type of each of them, and the idempotency key of all.</param>
    /// <param name="cancellationToken">Ends the wait; the messages may have been published all the same.</param>
    /// <returns>The id of the last message, once the server's log has all of them.</returns>
    /// <exception cref="ArgumentException">There are none, or too many; or the name, the event type or the key is invalid.</exception>
    /// <exception cref="StoreException">As <see cref="PublishManyAsync{T}(string, IEnumerable{T}, PublishOptions?, CancellationToken)"/>.
    /// </exception>
    public Task<string> PublishManyAsync<T>(
        string store, IEnumerable<T> values, JsonTypeInfo<T> typeInfo, PublishOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(typeInfo);
        return new Publisher(CreateRequests())
            .PublishAsync(store, MessageLines.Write(values, typeInfo), MessageLines.MediaType, options, cancellationToken);
    }

    /// <summary>Closes the client's own idle connections. Subscriptions are disposed separately.</summary>
    public void Dispose() => _own?.Dispose();

    private Follower FollowForView(StoreList stores, StartAt start, Action<Follower> changed, CancellationToken stop)
    {
        Follower? follower = null;
        return follower = new Follower(CreateRequests(), stores, start, _metrics, _logger, stop)
        {
            StateChanged = () => changed(follower!),
        };
    }

    private static ILogger Logger(ILoggerFactory? factory) => (ILogger?)factory?.CreateLogger<TornadoseClient>() ?? NullLogger.Instance;

    /// <summary>Streams have no time limit; connections are renewed, so that a change of DNS is noticed.</summary>
    private static HttpClient CreateClient() => OperatingSystem.IsBrowser()
        ? new HttpClient { Timeout = Timeout.InfiniteTimeSpan }
        : new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = ConnectionLifetime }) { Timeout = Timeout.InfiniteTimeSpan };

    private StoreRequests CreateRequests() => new(_createClient, new StoreAddress(BaseAddress), _options, _time);

    private Task<string> PublishAsync(
        string store, ReadOnlyMemory<byte> data, MessageFormat format, PublishOptions? options, CancellationToken cancellationToken) =>
        new Publisher(CreateRequests())
            .PublishAsync(store, data, format == MessageFormat.Json ? "application/json" : "text/plain", options, cancellationToken);

    private StoreSubscription Follow(
        StoreList stores, Func<ReceivedMessage, CancellationToken, ValueTask> onMessage,
        Action<StoreSubscription>? onStateChanged, StartAt? start)
    {
        ArgumentNullException.ThrowIfNull(onMessage);
        TornadoseClientOptionsValidation.ThrowIfInvalid(_options, BaseAddress);
        return new StoreSubscription(
            (changed, stop) => new Follower(CreateRequests(), stores, start, _metrics, _logger, stop) { StateChanged = changed },
            stores.ToString(), onMessage, onStateChanged, _logger);
    }

    private IAsyncEnumerable<ReceivedMessage> ReadAsync(StoreList stores, StartAt? start, CancellationToken cancellationToken)
    {
        TornadoseClientOptionsValidation.ThrowIfInvalid(_options, BaseAddress);
        return EnumerateAsync(stores, start, cancellationToken);
    }

    private async IAsyncEnumerable<ReceivedMessage> EnumerateAsync(
        StoreList stores, StartAt? start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var follower = new Follower(CreateRequests(), stores, start, _metrics, _logger, cancellationToken);
        while (await follower.NextAsync().ConfigureAwait(false) is { } message)
            yield return message;
    }

    private IAsyncEnumerable<ReceivedMessage<T>> ReadAsync<T>(StoreList stores, StartAt? start, CancellationToken cancellationToken) =>
        TypeAsync<T>(ReadAsync(stores, start, CancellationToken.None), cancellationToken);

    private static async IAsyncEnumerable<ReceivedMessage<T>> TypeAsync<T>(
        IAsyncEnumerable<ReceivedMessage> messages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var message in messages.WithCancellation(cancellationToken).ConfigureAwait(false))
            yield return new ReceivedMessage<T>(message);
    }
}
