using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>The stores that one SignalR connection of this process is subscribed to. Found on the connection's features.</summary>
/// <remarks>
/// Invariant: a connection has at most one subscription to a store, and once leaving has completed, nothing more of the store is sent to it. So
/// joining and leaving go one after the other, and leaving waits for the loop to end.
/// </remarks>
internal sealed class ConnectionSubscriptions(HubConnectionContext connection, StoreHubContext hub)
{
    private readonly SemaphoreSlim _joining = new(1, 1);
    private readonly ConcurrentDictionary<string, Subscription> _subscriptions = new(StringComparer.Ordinal);
    private bool _closed;

    public StoreHubContext Hub => hub;

    /// <summary>Whether the connection speaks the JSON hub protocol.</summary>
    public bool IsJson => connection.Protocol.Name == JsonHubEncoder.Protocol;

    /// <summary>Starts to deliver a store. Does nothing when it is delivered already.</summary>
    /// <returns>The position after which messages follow.</returns>
    public async Task<MessagePosition> JoinAsync(DataStore store, StartAt? start, CancellationToken cancellationToken)
    {
        await _joining.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_closed || _subscriptions.ContainsKey(store.Name))
                return store.Position;
            if (!hub.Registry.TryEnter())
                throw StoreHubContext.Full();
            var following = await FollowAsync(store, cancellationToken).ConfigureAwait(false);
            return Start(following, following.Store.OpenCursor(start ?? store.DefaultStart));
        }
        finally
        {
            _joining.Release();
        }
    }

    /// <summary>Ends the delivery of a store. Once this has completed, nothing more of it is sent.</summary>
    public async Task LeaveAsync(string store)
    {
        await _joining.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_subscriptions.TryGetValue(store, out var subscription))
                await subscription.EndAsync(SubscriberEnd.Unsubscribed).ConfigureAwait(false);
        }
        finally
        {
            _joining.Release();
        }
    }

    /// <summary>Ends everything: the connection has gone.</summary>
    public async Task CloseAsync()
    {
        await _joining.WaitAsync().ConfigureAwait(false);
        _closed = true;
        _joining.Release();
        foreach (var subscription in _subscriptions.Values)
            await subscription.EndAsync(SubscriberEnd.ClientGone).ConfigureAwait(false);
    }

    private async ValueTask<FollowedStore> FollowAsync(DataStore store, CancellationToken cancellationToken)
    {
        try
        {
            return await FollowedStore.BeginAsync(store, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            hub.Registry.Exit();
            throw;
        }
    }

    private MessagePosition Start(FollowedStore following, MessageCursor cursor)
    {
        var begin = cursor.Position;
        var store = following.Store;
        var feeds = SubscriberFeeds.Of(new SubscriberFeed(store.Name, cursor, store.Options.SendTimeout));
        var subscriber = new Subscriber("signalr", feeds, hub.Encoders.For(connection.Protocol), new HubSink(connection), hub.Registry);
        var subscription = new Subscription(subscriber);
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

    private sealed class Subscription(Subscriber subscriber)
    {
        public Subscriber Subscriber { get; } = subscriber;

        public Task Running { get; set; } = Task.CompletedTask;

        public Task EndAsync(SubscriberEnd reason)
        {
            Subscriber.End(reason);
            return Running;
        }
    }
}
