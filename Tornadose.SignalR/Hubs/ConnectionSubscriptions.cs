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
            if (_subscriptions.TryGetValue(store.Name, out var present) || _closed)
                return present?.Subscriber.Position ?? store.Position;
            var opened = await OpenedStore.OpenAsync(store, start ?? store.DefaultStart, cancellationToken).ConfigureAwait(false);
            return Start(opened);
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

    private MessagePosition Start(OpenedStore opened)
    {
        var begin = opened.Cursor.Position;
        var feed = new SubscriberFeed(opened.Store.Name, opened.Cursor, opened.Store.Options.SendTimeout);
        var subscriber = new Subscriber("signalr", feed, hub.Encoders.For(connection.Protocol), new HubSink(connection), hub.Registry);
        var subscription = new Subscription(subscriber);
        _subscriptions[opened.Store.Name] = subscription;
        subscription.Running = RunAsync(subscription, opened);
        return begin;
    }

    private async Task RunAsync(Subscription subscription, OpenedStore opened)
    {
        using (opened)
            await subscription.Subscriber.RunAsync().ConfigureAwait(false);
        _subscriptions.TryRemove(KeyValuePair.Create(opened.Store.Name, subscription));
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
