using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Stores;

/// <summary>A store of any kind: what is published is checked and encoded here, and goes to the backplane.</summary>
internal sealed class MessageStore(
    string name, StoreKind kind, StoreOptions options, IBackplaneChannel channel, StoreSerializer serializer)
    : IStore
{
    private const int MaxKeyLength = 256;

    private readonly KeyExpiry? _expiry = kind == StoreKind.Keyed ? new KeyExpiry(channel) : null;

    public string Name => name;

    public StoreKind Kind => kind;

    /// <summary>Replaced when the configuration is reloaded; a running producer's view of the store has the new ones, too.</summary>
    public StoreOptions Options { get => Registered?.Options ?? field; set; } = options;

    /// <summary>The position of this process's copy.</summary>
    public MessagePosition Position => Current.Log.Position;

    /// <summary>The start of a subscriber that asks for none: the value, or values, first, or what is published from now on.</summary>
    public StartAt DefaultStart => Kind == StoreKind.Queue ? StartAt.Now : StartAt.Latest;

    internal IBackplaneChannel Channel => channel;

    internal MessageLog Log => channel.Log;

    /// <summary>For a store of a family, the values of the parts in braces of the family's name.</summary>
    internal IReadOnlyDictionary<string, string> RouteValues { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The name of its options: its own, or its family's.</summary>
    internal string? OptionsName { get; init; }

    /// <summary>The store as it is measured: under the name of its family, unless the family's stores are measured one by one.</summary>
    internal MeasuredStore Measured => Lease is null || Options.MeasureEachStore ? new(name, Lease is not null) : new(OptionsName ?? name);

    /// <summary>Measures publishes; null if nobody could read the measurements.</summary>
    internal PublishTelemetry? Telemetry { get; init; }

    /// <summary>Counts the store's users; null for a store that is never dropped.</summary>
    internal StoreLease? Lease { get; init; }

    /// <summary>Finds the store's successor once this one has been dropped.</summary>
    internal Func<string, MessageStore?>? Renew { get; init; }

    /// <summary>Whether a sweep of the store has failed, which is logged once.</summary>
    internal bool SweepFailed { get; set; }

    /// <summary>The client for which a store of a family counts, because it was the first to ask for it.</summary>
    internal string? Maker { get; set; }

    /// <summary>How much all stores may keep together; null for a store that the application has declared by name.</summary>
    internal StoreBudget? Budget { get; init; }

    public IStoreSubscribers Subscribers => Readers;

    internal StoreSubscribers Readers { get; init; } =
        new(name, static () => TimeSpan.Zero, TimeProvider.System, nodes: null);

    /// <summary>Fills it while somebody reads; null if the application does so itself, or nobody.</summary>
    internal StoreProducer? Producer { get; set; }

    /// <summary>Whether there never was a message.</summary>
    internal bool IsEmpty => Log.LastSequence == 0;

    internal StoreSerializer Serializer => serializer;

    public ValueTask<MessagePosition> PublishAsync(
        string text, PublishOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TakeAsync([ContentOf(StoreSerializer.Encode(text), MessageFormat.Text, options)], options, cancellationToken);
    }

    public ValueTask<MessagePosition> PublishUtf8Async(
        ReadOnlyMemory<byte> utf8Text, PublishOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (!Utf8.IsValid(utf8Text.Span))
            throw new ArgumentException(
                "The bytes are not valid UTF-8. Messages are text or JSON: encode binary data as base64.", nameof(utf8Text));
        return TakeAsync([ContentOf(utf8Text, MessageFormat.Text, options)], options, cancellationToken);
    }

    public ValueTask<MessagePosition> PublishAsync<T>(
        T value, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        TakeAsync([ContentOf(value, options)], options, cancellationToken);

    public ValueTask<MessagePosition> PublishManyAsync<T>(
        IEnumerable<T> values, PublishOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        var contents = new List<MessageContent>();
        foreach (var value in values)
        {
            MessageBatch.CheckCount(contents.Count + 1);
            contents.Add(ContentOf(value, options));
        }

        return PublishManyAsync(contents, options, cancellationToken);
    }

    /// <summary>Publishes messages that are encoded already, each with an event type of its own.</summary>
    internal ValueTask<MessagePosition> PublishManyAsync(
        IReadOnlyList<MessageContent> contents, PublishOptions? options, CancellationToken cancellationToken)
    {
        MessageBatch.Check(contents, name);
        return TakeAsync(contents, options, cancellationToken);
    }

    public ValueTask<MessagePosition> CompleteAsync(CancellationToken cancellationToken = default) =>
        TakeAsync([MessageContent.End], null, cancellationToken);

    public ValueTask<MessagePosition> CompleteAsync<T>(
        T lastValue, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        TakeAsync([ContentOf(lastValue, options), MessageContent.End], options, cancellationToken);

    /// <summary>Publishes JSON that is known to be valid and on one line.</summary>
    public ValueTask<MessagePosition> PublishJsonAsync(
        ReadOnlyMemory<byte> json, PublishOptions? options, CancellationToken cancellationToken) =>
        TakeAsync([ContentOf(json, MessageFormat.Json, options)], options, cancellationToken);

    /// <summary>Checks and encodes one line of a batch.</summary>
    internal MessageContent ContentOf(ReadOnlyMemory<byte> data, MessageFormat format, PublishOptions? options)
    {
        CheckSize(data);
        return new MessageContent(data, format, EventTypes.Normalize(options?.EventType));
    }

    /// <summary>Publishes the initial value, unless there was a message before.</summary>
    internal ValueTask InitializeAsync(MessageContent content, CancellationToken cancellationToken)
    {
        CheckSize(content.Data);
        return channel.AppendFirstAsync(content, cancellationToken);
    }

    /// <summary>Changes a keyed store.</summary>
    /// <returns>The change's position; null when there was nothing to change, or its condition was not met.</returns>
    internal async ValueTask<MessagePosition?> ChangeAsync(
        KeyedChange change, PublishOptions? options, CancellationToken cancellationToken)
    {
        CheckSize(change.Value);
        Check(options);
        if (change.IsSet)
            Budget?.Demand(this, Math.Max(0, change.Size - Log.SizeOfKey(change.Key!))); // a removal makes room
        using var publish = Telemetry is { IsEnabled: true } telemetry
            ? telemetry.Begin(Name, Measured.Name, change.Size)
            : default(PublishTelemetry.Publish?);
        try
        {
            if (_expiry is not null && Options.KeyMaxAge is not null)
                await _expiry.MakeWayAsync(change, cancellationToken).ConfigureAwait(false);
            var position = await StoreAsync(change, IdempotencyScope.KeyOf(options), cancellationToken).ConfigureAwait(false);
            if (position is { } stored)
                publish?.Accepted(stored, messages: 1);
            return position;
        }
        catch (Exception failure)
        {
            publish?.Failed(failure);
            throw;
        }
    }

    /// <summary>Removes the keys that were not renewed in time.</summary>
    internal void RemoveExpiredKeys()
    {
        if (Options.KeyMaxAge is not null)
            _expiry?.Run();
    }

    public async ValueTask<StoreMessage?> GetLatestAsync(CancellationToken cancellationToken = default)
    {
        using var following = await FollowedStore.BeginAsync(this, cancellationToken).ConfigureAwait(false);
        return following.Store.TryGetLatest(out var message) ? message : null;
    }

    public async ValueTask<StoreSnapshot> GetSnapshotAsync(CancellationToken cancellationToken = default)
    {
        using var following = await FollowedStore.BeginAsync(this, cancellationToken).ConfigureAwait(false);
        return following.Store.GetSnapshot();
    }

    public async ValueTask<MessageCursor> OpenCursorAsync(StartAt start, CancellationToken cancellationToken = default)
    {
        var following = await FollowedStore.BeginAsync(this, cancellationToken, isReader: true).ConfigureAwait(false);
        try
        {
            var cursor = await following.OpenCursorAsync(start, cancellationToken).ConfigureAwait(false);
            cursor.Following = following;
            return cursor;
        }
        catch
        {
            following.Dispose();
            throw;
        }
    }

    /// <summary>Gives the newest message of this process's copy.</summary>
    public bool TryGetLatest([NotNullWhen(true)] out StoreMessage? message)
    {
        var log = Current.Log;
        log.TrimExpired();
        message = log.Latest?.Message;
        return message is not null;
    }

    /// <summary>Gives the messages of this process's copy.</summary>
    public StoreSnapshot GetSnapshot()
    {
        var snapshot = Current.Log.GetSnapshot();
        return new StoreSnapshot(snapshot.Position, snapshot.Messages) { Kind = Kind, IsCompleted = snapshot.IsCompleted };
    }

    /// <summary>Opens a cursor on this process's copy.</summary>
    public MessageCursor OpenCursor(StartAt start) => OpenCursor(() => start);

    /// <summary>The same for a start that is evaluated again once the log is open, if it is not open yet.</summary>
    internal MessageCursor OpenCursor(Func<StartAt> start) => OpenCursor(start, Options.SlowConsumer);

    /// <summary>
    /// Opens a cursor that ends at what the log holds now. A reader that the log laps is disconnected, because a window with a hole is no
    /// window. If the store may skip messages anyhow, the reader skips.
    /// </summary>
    internal MessageCursor OpenSnapshot(StartAt start)
    {
        var skips = Options.SlowConsumer == SlowConsumerPolicy.SkipToLatest;
        var cursor = OpenCursor(() => start, skips ? SlowConsumerPolicy.SkipToLatest : SlowConsumerPolicy.Disconnect);
        cursor.EndHere();
        return cursor;
    }

    public async IAsyncEnumerable<StoreMessage> ReadAllAsync(
        StartAt start, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var following = await FollowedStore.BeginAsync(this, cancellationToken, isReader: true).ConfigureAwait(false);
        var cursor = await following.OpenCursorAsync(start, cancellationToken).ConfigureAwait(false);
        do
        {
            while (cursor.TryRead(out StoreMessage? message))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return message;
            }
        }
        while (await cursor.WaitToReadAsync(cancellationToken).ConfigureAwait(false));
    }

    public async ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken = default) =>
        await FollowedStore.BeginAsync(this, cancellationToken).ConfigureAwait(false);

    /// <summary>Keeps the store from being dropped, until <see cref="Exit"/> is called on what is returned.</summary>
    internal MessageStore Enter()
    {
        var store = this;
        while (store.Lease is { } lease && !lease.TryEnter())
            store = store.Renew!(name)!;
        return store;
    }

    internal void Exit() => Lease?.Exit(IsEmpty);

    /// <summary>
    /// Closes the store. Not <c>DisposeAsync</c>: a container disposes of its services one by one, and a hundred injected stores would
    /// each wait for a backplane that hangs. <see cref="StoreProvider"/> closes all of them together.
    /// </summary>
    internal async ValueTask CloseAsync()
    {
        if (Producer is not null)
            await Producer.DisposeAsync().ConfigureAwait(false);
        await channel.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The registered store, if this object is its producer's view of it; else null.</summary>
    private MessageStore? Registered { get; init; }

    /// <summary>The store as its producer sees it: what it appends carries the lease.</summary>
    internal MessageStore WithLease(long lease) => new(name, kind, Options, new LeasedChannel(channel, lease), serializer)
    {
        OptionsName = OptionsName,
        RouteValues = RouteValues,
        Telemetry = Telemetry,
        Lease = Lease,
        Budget = Budget,
        Renew = Renew,
        Readers = Readers,
        Registered = this,
    };

    /// <summary>Publishes what is encoded already.</summary>
    internal ValueTask<MessagePosition> PublishContentAsync(MessageContent content, CancellationToken cancellationToken)
    {
        CheckSize(content.Data);
        return TakeAsync([content], null, cancellationToken);
    }

    private MessageStore Current
    {
        get
        {
            var store = this;
            while (store.Lease is { IsRetired: true })
                store = store.Renew!(name)!;
            return store;
        }
    }

    private MessageCursor OpenCursor(Func<StartAt> start, SlowConsumerPolicy policy)
    {
        var log = Current.Log;
        log.TrimExpired();
        return MessageCursor.Open(log, policy, start, newestWins: Kind == StoreKind.Data);
    }

    private void CheckSize(ReadOnlyMemory<byte> data)
    {
        if (data.Length > Options.MaxMessageBytes)
            throw new MessageTooLargeException(Name, data.Length, Options.MaxMessageBytes);
    }

    private MessageContent ContentOf<T>(T value, PublishOptions? options)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value is ReadOnlyMemory<byte> or Memory<byte>)
            throw new ArgumentException(
                "These bytes would become a base64 string. " +
                    "If they are text, call PublishUtf8Async; if they are data, publish a byte[].", nameof(value));
        return value is string text
            ? ContentOf(StoreSerializer.Encode(text), MessageFormat.Text, options)
            : ContentOf(serializer.Serialize(value), MessageFormat.Json, options);
    }

    private ValueTask<MessagePosition> TakeAsync(
        IReadOnlyList<MessageContent> contents, PublishOptions? published, CancellationToken cancellationToken)
    {
        if (Kind == StoreKind.Keyed && !contents[0].IsEnd)
            throw new ArgumentException($"'{name}' is a keyed store: set or remove a key instead of publishing a message.");
        Check(published);
        var size = MessageBatch.SizeOf(contents);
        Budget?.Demand(this, size);
        var key = IdempotencyScope.KeyOf(published);
        return Telemetry is { IsEnabled: true }
            ? AppendMeasuredAsync(Telemetry, contents, size, key, cancellationToken)
            : AppendAsync(contents, key, cancellationToken);
    }

    private static void Check(PublishOptions? published)
    {
        if (published?.IdempotencyKey is { Length: 0 or > MaxKeyLength })
            throw new ArgumentException($"An idempotency key has 1 to {MaxKeyLength} characters.", nameof(published));
    }

    private async ValueTask<MessagePosition?> StoreAsync(
        KeyedChange change, string? idempotencyKey, CancellationToken cancellationToken)
    {
        if (Lease is null)
            return await channel.ChangeAsync(change, idempotencyKey, cancellationToken).ConfigureAwait(false);
        var store = Enter();
        try
        {
            return await store.Channel.ChangeAsync(change, idempotencyKey, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            store.Exit();
        }
    }

    private ValueTask<MessagePosition> AppendAsync(
        IReadOnlyList<MessageContent> contents, string? idempotencyKey, CancellationToken cancellationToken) => Lease is null
        ? channel.AppendAsync(contents, idempotencyKey, cancellationToken)
        : AppendInUseAsync(contents, idempotencyKey, cancellationToken);

    private async ValueTask<MessagePosition> AppendMeasuredAsync(
        PublishTelemetry telemetry, IReadOnlyList<MessageContent> contents, int size, string? idempotencyKey,
        CancellationToken cancellationToken)
    {
        using var publish = telemetry.Begin(Name, Measured.Name, size);
        try
        {
            var position = await AppendAsync(contents, idempotencyKey, cancellationToken).ConfigureAwait(false);
            publish.Accepted(position, contents.Count);
            return position;
        }
        catch (Exception failure)
        {
            publish.Failed(failure);
            throw;
        }
    }

    private async ValueTask<MessagePosition> AppendInUseAsync(
        IReadOnlyList<MessageContent> contents, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var store = Enter();
        try
        {
            return await store.Channel.AppendAsync(contents, idempotencyKey, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            store.Exit();
        }
    }
}
