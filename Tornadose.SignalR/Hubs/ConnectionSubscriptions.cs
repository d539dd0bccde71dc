using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>The stores that one SignalR connection of this process is subscribed to. Found on the connection's features.</summary>
/// <remarks>
/// Invariant: a connection is subscribed to a store if and only if it is in the store's group, at most once, and once leaving has
/// completed, nothing more of the store is sent to it. So entering and leaving groups go one after the other, group and subscription in
/// one step, and leaving waits for the loop to end.
/// </remarks>
/// <param name="connection">The connection, with the hub protocol that it has negotiated.</param>
/// <param name="groups">Where the application's manager keeps the groups.</param>
/// <param name="hub">What the hubs share.</param>
internal sealed class ConnectionSubscriptions(HubConnectionContext connection, IGroupManager groups, StoreHubContext hub)
{
    private const string Transport = "signalr";

    /// <summary>
    /// Far above what a client has refused that subscribes to all its stores at once and meets
    /// <see cref="TornadoseOptions.MaxHubCallsPerSecond"/>.
    /// </summary>
    private const int MaxRefusedPerSecond = 1000;

    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly ConcurrentDictionary<string, Subscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly Lock _refusals = new();
    private long _refusedSince;
    private int _refused;
    private int _permits;

    /// <summary>
    /// Whom large writes are counted for; those who are counted for nobody have one bound together. Kept, because a stream that is
    /// written when its page has closed has no request any more to ask.
    /// </summary>
    private string _largeWritesKey = "";

    private bool _closed;

    public StoreHubContext Hub => hub;

    /// <summary>Renders the items of streams.</summary>
    public FrameEncoder StreamEncoder => hub.Encoders.ForStream(connection.Protocol);

    /// <summary>Whose idempotency keys the client's are.</summary>
    public string IdempotencyScope => Stores.IdempotencyScope.Of(hub.Options.UserId(connection.User));

    /// <summary>Finds a store that the client names.</summary>
    /// <exception cref="HubException">There is none.</exception>
    public MessageStore Get(string store) => hub.Get(store, () => Key);

    /// <summary>The right of the connection's user to read a store, yet to be decided on.</summary>
    public StoreReadAccess Ask(MessageStore store) => hub.Authorizer.Ask(connection.User, [store], Authenticated);

    /// <summary>Begins to follow a store for a subscription.</summary>
    /// <exception cref="HubException">A limit or the store does not allow it at the moment.</exception>
    public async Task<OpenedStore> OpenAsync(MessageStore store, string transport, string? after, CancellationToken cancellationToken)
    {
        // Once, and now: whoever closes the page while the store opens takes the request along.
        var key = Key;
        var permit = Enter(store, transport, key);
        FollowedStore? following = null;
        try
        {
            following = await FollowedStore.BeginAsync(store, cancellationToken, isReader: true).ConfigureAwait(false);
            var log = following.Store.Log;
            var cursor = await following
                .OpenCursorAsync(
                    () => string.IsNullOrEmpty(after) ? store.DefaultStart : PositionVector.StartAfter(after, log),
                    cancellationToken).ConfigureAwait(false);
            if (!hub.Registry.Admission.TryReplay(transport, key, cursor.Behind))
                throw HubRefusal.Of(AdmissionRefusal.TooMuchReplayed);
            return new OpenedStore(permit, following, cursor);
        }
        catch (Exception failure)
        {
            following?.Dispose();
            permit.Dispose();
            if (HubRefusal.Of(failure) is { } refusal)
                throw refusal;
            throw;
        }
    }

    /// <summary>Counts a call of the client.</summary>
    /// <exception cref="HubException">They are too many.</exception>
    public void Call()
    {
        if (!hub.Registry.Admission.TryCall(
            hub.Options.UserId(connection.User) is { } user ? $"user {user}" : $"connection {connection.ConnectionId}"))
            throw HubRefusal.Of(AdmissionRefusal.TooManyCalls);
    }

    /// <summary>
    /// Runs what a client has asked for. A client that goes on although it is refused again and again loses its connection: each refusal
    /// costs the server an exception.
    /// </summary>
    public async Task<T> CountRefusalsAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (HubException refusal) when (HubRefusal.IsRefusal(refusal))
        {
            if (IsOneRefusalTooMany())
                End();
            throw;
        }
    }

    private bool IsOneRefusalTooMany()
    {
        lock (_refusals)
        {
            var now = hub.Registry.GetTimestamp();
            if (_refused == 0 || hub.Registry.Elapsed(_refusedSince, now) >= OneSecond)
                (_refusedSince, _refused) = (now, 0);
            return ++_refused == MaxRefusedPerSecond + 1;
        }
    }

    /// <summary>The goodbye is not waited for: a client that does not read must not keep the call that ends its connection.</summary>
    private void End()
    {
        hub.Registry.Logger.HubConnectionRefusedTooOften(MaxRefusedPerSecond);
        _ = connection.WriteAsync(new CloseMessage(AdmissionRefusal.TooManyCalls.Description, allowReconnect: true)).AsTask();
        connection.Abort();
    }

    /// <exception cref="HubException">There is no permit for one more subscription.</exception>
    private Permit Enter(MessageStore store, string transport, string? key)
    {
        _largeWritesKey = key ?? "";
        StoreCapacity[] capacities = store.Options.MaxSubscribers is { } max ? [new(store.Name, max)] : [];
        var admission = hub.Registry.Admission;
        if (Interlocked.Increment(ref _permits) > hub.Options.MaxSubscriptionsPerConnection)
        {
            Interlocked.Decrement(ref _permits);
            admission.Refuse(transport, AdmissionRefusal.ConnectionFull);
            throw HubRefusal.Of(AdmissionRefusal.ConnectionFull);
        }

        if (admission.TryEnter(transport, key, capacities, out var place, out var refusal))
            return new Permit(this, place);
        Interlocked.Decrement(ref _permits);
        throw HubRefusal.Of(refusal);
    }

    /// <summary>Waits until an item of a stream may be written. To be disposed when it was.</summary>
    public ValueTask<IDisposable?> EnterLargeWriteAsync(long bytes, CancellationToken cancellationToken) =>
        hub.LargeWrites.EnterAsync(_largeWritesKey, bytes, cancellationToken);

    /// <summary>The connection under that of SignalR, where it can send on the thread that delivers.</summary>
    public IDirectSendFeature? Direct { get; } = connection.GetHttpContext()?.Features.Get<IDirectSendFeature>();

    private string? Key => connection.GetHttpContext() is { } context ? ClientKey.Of(context, hub.Options) : null;

    /// <summary>A connection that polls authenticates itself anew with each poll, which SignalR looks after.</summary>
    private HttpContext? Authenticated =>
        connection.Features.Get<IHttpTransportFeature>()?.TransportType == HttpTransportType.LongPolling
            ? null
            : connection.GetHttpContext();

    public bool Has(string? store) => store is not null && _subscriptions.ContainsKey(store);

    /// <summary>Enters a group. When it is a store's, the store is delivered from now on; what is delivered already goes on.</summary>
    /// <param name="group">The group.</param>
    /// <param name="after">The id after which to begin; null or empty for a new subscriber.</param>
    /// <param name="access">What the policies say; null when the application has decided.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="interval">The shortest time between two batches; zero for as fast as possible.</param>
    /// <returns>The id after which messages follow; null when the group is no store's.</returns>
    public async Task<string?> EnterAsync(
        string group, string? after, SubscriberAccess? access, CancellationToken cancellationToken, TimeSpan interval = default)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var store = hub.Find(group);
            if (store is not null && !_closed && !_subscriptions.ContainsKey(group))
            {
                access ??= hub.Authorizer.Trust(connection.User, Authenticated);
                return await JoinAsync(store, after, access, interval, cancellationToken).ConfigureAwait(false);
            }

            await groups.AddToGroupAsync(connection.ConnectionId, group, cancellationToken).ConfigureAwait(false);
            return store is null ? null : _subscriptions.GetValueOrDefault(group)?.Sink.LastId ?? store.Position.ToString();
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Leaves a group. Once this has completed, nothing more of its store is sent.</summary>
    public async Task LeaveAsync(string group, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_subscriptions.TryGetValue(group, out var subscription))
                await subscription.EndAsync(SubscriberEnd.Unsubscribed).ConfigureAwait(false);
            await groups.RemoveFromGroupAsync(connection.ConnectionId, group, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Ends everything: the connection has gone.</summary>
    public async Task CloseAsync()
    {
        await _changing.WaitAsync().ConfigureAwait(false);
        _closed = true;
        _changing.Release();
        foreach (var subscription in _subscriptions.Values)
            await subscription.EndAsync(SubscriberEnd.ClientGone).ConfigureAwait(false);
    }

    private async Task<string> JoinAsync(
        MessageStore store, string? after, SubscriberAccess access, TimeSpan interval, CancellationToken cancellationToken)
    {
        var opened = await OpenAsync(store, Transport, after, cancellationToken).ConfigureAwait(false);
        try
        {
            await groups.AddToGroupAsync(connection.ConnectionId, store.Name, cancellationToken).ConfigureAwait(false);
            return Start(opened, access, interval);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private string Start(OpenedStore opened, SubscriberAccess access, TimeSpan interval)
    {
        var store = opened.Store;
        var feeds = SubscriberFeeds.Of(opened.ToFeed());
        var sink = new HubSink(connection, store.Name, opened.Cursor, hub.LargeWrites, _largeWritesKey);
        var begin = sink.LastId;
        var encoder = hub.Encoders.For(connection.Protocol);
        var subscriber = new Subscriber(Transport, feeds, encoder, sink, hub.Registry)
        {
            Access = access,
            Direct = Direct,
            Interval = interval,
        };
        var subscription = new Subscription(subscriber, sink);
        _subscriptions[store.Name] = subscription;
        subscription.Running = RunAsync(subscription, opened);
        return begin;
    }

    private async Task RunAsync(Subscription subscription, OpenedStore opened)
    {
        var end = await subscription.Subscriber.RunAsync().ConfigureAwait(false);
        opened.Unfollow();
        _subscriptions.TryRemove(KeyValuePair.Create(opened.Store.Name, subscription));
        if (end == SubscriberEnd.ShuttingDown)
            LeaveWithConnection(opened.Permit);
        else
            opened.Permit.Dispose();
        if (end == SubscriberEnd.Completed)
            _ = LeaveCompletedAsync(opened.Store.Name);
    }

    /// <summary>Not waited for: who leaves the group at this moment holds the lock, and waits for the subscription.</summary>
    private async Task LeaveCompletedAsync(string group)
    {
        try
        {
            await _changing.WaitAsync(connection.ConnectionAborted).ConfigureAwait(false);
            try
            {
                if (!_subscriptions.ContainsKey(group)) // else it was subscribed to anew meanwhile
                    await groups.RemoveFromGroupAsync(connection.ConnectionId, group, connection.ConnectionAborted).ConfigureAwait(false);
            }
            finally
            {
                _changing.Release();
            }
        }
        catch (Exception failure)
        {
            if (!connection.ConnectionAborted.IsCancellationRequested)
                hub.Registry.Logger.CloseFailed(failure, Transport, group);
        }
    }

    /// <summary>
    /// What is written last is on its way to the socket still. Once nobody has a place any more, the application goes on to stop, and
    /// SignalR cuts whatever connections there are: so the place is kept until this one has said goodbye, and has ended. (A <c>Watch</c>
    /// ends without its connection, and SignalR writes its end: that may be cut.)
    /// </summary>
    private void LeaveWithConnection(IDisposable place)
    {
        if (connection.Features.Get<IConnectionLifetimeFeature>() is { } lifetime)
            lifetime.ConnectionClosed.UnsafeRegister(static state => ((IDisposable)state!).Dispose(), place);
        else
            place.Dispose();
    }

    /// <summary>The process's permit for a subscription, and one of those that the connection may have.</summary>
    private sealed class Permit(ConnectionSubscriptions connection, IDisposable admitted) : IDisposable
    {
        private bool _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, true))
                return;
            Interlocked.Decrement(ref connection._permits);
            admitted.Dispose();
        }
    }

    private sealed class Subscription(Subscriber subscriber, HubSink sink)
    {
        public Subscriber Subscriber { get; } = subscriber;

        public HubSink Sink { get; } = sink;

        public Task Running { get; set; } = Task.CompletedTask;

        public Task EndAsync(SubscriberEnd reason)
        {
            Subscriber.End(reason);
            return Running;
        }
    }
}
