using System.Collections.Concurrent;
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
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly ConcurrentDictionary<string, Subscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly IHubProtocol _protocol = connection.Protocol;
    private bool _closed;

    public StoreHubContext Hub => hub;

    /// <summary>Whether <c>System.Text.Json</c> writes the items of streams. The protocol's name does not tell: other serializers call theirs «json» as well.</summary>
    public bool IsSystemTextJson => _protocol is JsonHubProtocol;

    /// <summary>The right of the connection's user to read a store, yet to be decided on.</summary>
    public StoreReadAccess Ask(DataStore store) => hub.Authorizer.Ask(connection.User, [store], Authenticated);

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

    private async Task<string> JoinAsync(DataStore store, StartAt? start, SubscriberAccess access, CancellationToken cancellationToken)
    {
        if (!hub.Registry.TryEnter())
            throw StoreHubContext.Full();
        FollowedStore? following = null;
        MessageCursor cursor;
        try
        {
            following = await StoreHubContext.FollowAsync(store, cancellationToken).ConfigureAwait(false);
            cursor = await following.OpenCursorAsync(start ?? store.DefaultStart, cancellationToken).ConfigureAwait(false);
            await groups.AddToGroupAsync(connection.ConnectionId, store.Name, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            following?.Dispose();
            hub.Registry.Exit();
            throw;
        }

        return Start(following, cursor, access);
    }

    private string Start(FollowedStore following, MessageCursor cursor, SubscriberAccess access)
    {
        var begin = cursor.Position.ToString();
        var store = following.Store;
        var feeds = SubscriberFeeds.Of(new SubscriberFeed(store.Name, cursor, store.Options.SendTimeout) { Measured = store.Measured });
        var sink = new HubSink(connection, begin);
        var subscription = new Subscription(new Subscriber("signalr", feeds, hub.Encoders.For(_protocol), sink, hub.Registry) { Access = access }, sink);
        _subscriptions[store.Name] = subscription;
        subscription.Running = RunAsync(subscription, following);
        return begin;
    }

    private async Task RunAsync(Subscription subscription, FollowedStore following)
    {
        using (following)
            await subscription.Subscriber.RunAsync().ConfigureAwait(false);
        _subscriptions.TryRemove(KeyValuePair.Create(following.Store.Name, subscription));
        hub.Registry.Exit();
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
