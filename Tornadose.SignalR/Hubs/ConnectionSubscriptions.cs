using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>The stores that one SignalR connection of this process is subscribed to. Found on the connection's features.</summary>
/// <remarks>
/// Invariant: a connection is subscribed to a store if and only if it is in the store's group, at most once, and once leaving has completed, nothing more of the
/// store is sent to it. So entering and leaving groups go one after the other, group and subscription in one step, and leaving waits for the loop to end.
/// </remarks>
/// <param name="connection">The connection, with the hub protocol that it has negotiated.</param>
/// <param name="groups">Where the application's manager keeps the groups.</param>
/// <param name="hub">What the hubs share.</param>
internal sealed class ConnectionSubscriptions(HubConnectionContext connection, IGroupManager groups, StoreHubContext hub)
{
    private const string Transport = "signalr";

    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly ConcurrentDictionary<string, Subscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly IHubProtocol _protocol = connection.Protocol;
    private bool _closed;

    public StoreHubContext Hub => hub;

    /// <summary>Whether <c>System.Text.Json</c> writes the items of streams. The protocol's name does not tell: other serializers call theirs «json» as well.</summary>
    public bool IsSystemTextJson => _protocol is JsonHubProtocol;

    /// <summary>Finds a store that the client names.</summary>
    /// <exception cref="HubException">There is none.</exception>
    public MessageStore Get(string store) => hub.Get(store, () => Key);

    /// <summary>The right of the connection's user to read a store, yet to be decided on.</summary>
    public StoreReadAccess Ask(MessageStore store) => hub.Authorizer.Ask(connection.User, [store], Authenticated);

    /// <summary>Takes a place for one more subscription to a store.</summary>
    /// <exception cref="HubException">There is none.</exception>
    public IDisposable Enter(MessageStore store, string transport)
    {
        StoreCapacity[] capacities = store.Options.MaxSubscribers is { } max ? [new(store.Name, max)] : [];
        return hub.Registry.Admission.TryEnter(transport, Key, capacities, out var place, out var refusal) ? place : throw StoreHubContext.Refused(refusal);
    }

    /// <summary>Counts the old messages that a cursor begins with.</summary>
    /// <exception cref="HubException">They are too many, after those that there were lately.</exception>
    public void Replay(string transport, MessageCursor cursor)
    {
        if (!hub.Registry.Admission.TryReplay(transport, Key, cursor.Behind))
            throw StoreHubContext.Refused(AdmissionRefusal.TooMuchReplayed);
    }

    /// <summary>Counts a call of the client.</summary>
    /// <exception cref="HubException">They are too many.</exception>
    public void Call()
    {
        if (!hub.Registry.Admission.TryCall(hub.Options.UserId(connection.User) is { } user ? $"user {user}" : $"connection {connection.ConnectionId}"))
            throw StoreHubContext.Refused(AdmissionRefusal.TooManyCalls);
    }

    private string? Key => connection.GetHttpContext() is { } context ? ClientKey.Of(context, hub.Options) : null;

    /// <summary>A connection that polls authenticates itself anew with each poll, which SignalR looks after.</summary>
    private HttpContext? Authenticated =>
        connection.Features.Get<IHttpTransportFeature>()?.TransportType == HttpTransportType.LongPolling ? null : connection.GetHttpContext();

    public bool Has(string? store) => store is not null && _subscriptions.ContainsKey(store);

    /// <summary>Enters a group. When it is a store's, the store is delivered from now on; what is delivered already goes on.</summary>
    /// <param name="group">The group.</param>
    /// <param name="start">Where to begin; null for a new subscriber.</param>
    /// <param name="access">What the policies say; null when the application has decided.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The id after which messages follow; null when the group is no store's.</returns>
    public async Task<string?> EnterAsync(string group, StartAt? start, SubscriberAccess? access, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var store = hub.Find(group);
            if (store is not null && !_closed && !_subscriptions.ContainsKey(group))
                return await JoinAsync(store, start, access ?? hub.Authorizer.Trust(connection.User, Authenticated), cancellationToken).ConfigureAwait(false);
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

    private async Task<string> JoinAsync(MessageStore store, StartAt? start, SubscriberAccess access, CancellationToken cancellationToken)
    {
        var place = Enter(store, Transport);
        FollowedStore? following = null;
        MessageCursor cursor;
        try
        {
            following = await StoreHubContext.FollowAsync(store, cancellationToken).ConfigureAwait(false);
            cursor = await following.OpenCursorAsync(start ?? store.DefaultStart, cancellationToken).ConfigureAwait(false);
            Replay(Transport, cursor);
            await groups.AddToGroupAsync(connection.ConnectionId, store.Name, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            following?.Dispose();
            place.Dispose();
            throw;
        }

        return Start(following, cursor, access, place);
    }

    private string Start(FollowedStore following, MessageCursor cursor, SubscriberAccess access, IDisposable place)
    {
        var begin = cursor.Position.ToString();
        var store = following.Store;
        var feeds = SubscriberFeeds.Of(new SubscriberFeed(store.Name, cursor, store.Options.SendTimeout, store.Measured));
        var sink = new HubSink(connection, begin);
        var subscription = new Subscription(new Subscriber(Transport, feeds, hub.Encoders.For(_protocol), sink, hub.Registry) { Access = access }, sink);
        _subscriptions[store.Name] = subscription;
        subscription.Running = RunAsync(subscription, following, place);
        return begin;
    }

    private async Task RunAsync(Subscription subscription, FollowedStore following, IDisposable place)
    {
        SubscriberEnd end;
        using (following)
            end = await subscription.Subscriber.RunAsync().ConfigureAwait(false);
        _subscriptions.TryRemove(KeyValuePair.Create(following.Store.Name, subscription));
        if (end == SubscriberEnd.ShuttingDown)
            LeaveWithConnection(place);
        else
            place.Dispose();
    }

    /// <summary>
    /// What is written last is on its way to the socket still. Once nobody has a place any more, the application goes on to stop, and SignalR cuts whatever connections there are: so the place is kept until this one
    /// has said goodbye, and has ended. (A <c>Watch</c> ends without its connection, and SignalR writes its end: that may be cut.)
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
