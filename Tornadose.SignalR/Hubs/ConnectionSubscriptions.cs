using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Features;
using Microsoft.AspNetCore.SignalR;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>The stores that one SignalR connection of this process is subscribed to. Stored in the connection's features.</summary>
/// <remarks>
/// Invariant: a connection is subscribed to a store if and only if it is in the store's group, at most once, and once leaving has
/// completed, nothing more of the store is sent to it. So groups are entered and left one after the other, group and subscription in one
/// step, and leaving waits for the loop to end.
/// </remarks>
/// <param name="connection">The connection, with the hub protocol that it has negotiated.</param>
/// <param name="groups">The groups of the application's own manager.</param>
/// <param name="hub">What the hubs share.</param>
internal sealed class ConnectionSubscriptions(HubConnectionContext connection, IGroupManager groups, StoreHubContext hub)
{
    private const string Transport = "signalr";

    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly ConcurrentDictionary<string, Subscription> _subscriptions = new(StringComparer.Ordinal);
    private bool _closed;

    public StoreHubContext Hub => hub;

    /// <summary>The limits of the connection.</summary>
    public ConnectionAdmission Admission { get; } = new(connection, hub);

    /// <summary>Renders the items of streams.</summary>
    public FrameEncoder StreamEncoder => hub.Encoders.ForStream(connection.Protocol);

    /// <summary>The scope of the client's idempotency keys.</summary>
    public string IdempotencyScope => Stores.IdempotencyScope.Of(hub.Options.UserId(connection.User));

    /// <summary>Finds a store that the client names.</summary>
    /// <exception cref="HubException">There is none.</exception>
    public MessageStore Get(string store) => hub.Get(store, () => Admission.Key);

    /// <summary>The right of the connection's user to read a store, not yet decided on.</summary>
    public StoreReadAccess Ask(MessageStore store) => hub.Authorizer.Ask(connection.User, [store], Authenticated);

    /// <summary>Begins to follow a store for a subscription.</summary>
    /// <exception cref="HubException">A limit or the store does not allow it at the moment.</exception>
    public async Task<OpenedStore> OpenAsync(MessageStore store, string transport, string? after, CancellationToken cancellationToken)
    {
        // Once, and now: if the page is closed while the store opens, the request is gone.
        var key = Admission.Key;
        var permit = Admission.Enter(store, transport, key);
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

    /// <summary>The connection under that of SignalR, if it can send on the delivering thread; else null.</summary>
    public IDirectSendFeature? Direct { get; } = connection.GetHttpContext()?.Features.Get<IDirectSendFeature>();

    /// <summary>Null for long polling: each poll authenticates again, which SignalR handles.</summary>
    private HttpContext? Authenticated =>
        connection.Features.Get<IHttpTransportFeature>()?.TransportType == HttpTransportType.LongPolling
            ? null
            : connection.GetHttpContext();

    public bool Has(string? store) => store is not null && _subscriptions.ContainsKey(store);

    /// <summary>Enters a group. If it is a store's, the store is delivered from now on; an existing subscription goes on.</summary>
    /// <param name="group">The group.</param>
    /// <param name="after">The id after which to begin; null or empty for a new subscriber.</param>
    /// <param name="access">The right by the policies; null when the application has decided.</param>
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

    /// <summary>Ends all subscriptions: the connection is closed.</summary>
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
        var sink = new HubSink(connection, store.Name, opened.Cursor, hub.LargeWrites, Admission.LargeWritesKey);
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
        SubscriberEnd? end = null;
        try
        {
            end = await subscription.Subscriber.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            opened.Unfollow();
            _subscriptions.TryRemove(KeyValuePair.Create(opened.Store.Name, subscription));
            if (end == SubscriberEnd.ShuttingDown)
                LeaveWithConnection(opened.Permit);
            else
                opened.Permit.Dispose();
        }

        if (end == SubscriberEnd.Completed)
            _ = LeaveCompletedAsync(opened.Store.Name);
    }

    /// <summary>Not awaited: a call that leaves the group at this moment holds the lock while it waits for the subscription.</summary>
    private async Task LeaveCompletedAsync(string group)
    {
        try
        {
            await _changing.WaitAsync(connection.ConnectionAborted).ConfigureAwait(false);
            try
            {
                if (!_subscriptions.ContainsKey(group)) // else it was subscribed to again meanwhile
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
    /// The last write may not have reached the socket yet. Once no permits are held, the application continues to stop, and SignalR aborts
    /// all connections: so the permit is held until this one has sent its close message and has ended. (A <c>Watch</c> ends without its
    /// connection, and SignalR writes its end: that may be cut off.)
    /// </summary>
    private void LeaveWithConnection(IDisposable place)
    {
        if (connection.Features.Get<IConnectionLifetimeFeature>() is { } lifetime)
            lifetime.ConnectionClosed.UnsafeRegister(static state => ((IDisposable)state!).Dispose(), place);
        else
            place.Dispose();
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
