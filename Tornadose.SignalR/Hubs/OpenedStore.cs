using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>What a subscription of a hub holds: its permit, the interest in the store, and where it begins.</summary>
/// <param name="permit">The permit to subscribe.</param>
/// <param name="following">The interest in the store.</param>
/// <param name="cursor">Where the subscription begins.</param>
internal sealed class OpenedStore(IDisposable permit, FollowedStore following, MessageCursor cursor) : IDisposable
{
    public MessageStore Store => following.Store;

    public MessageCursor Cursor => cursor;

    public IDisposable Permit => permit;

    public SubscriberFeed ToFeed() =>
        new(Store.Name, cursor, Store.Options.SendTimeout, Store.Measured) { MinInterval = Store.Options.MinInterval ?? TimeSpan.Zero };

    /// <summary>Gives up the interest in the store, and keeps the permit.</summary>
    public void Unfollow() => following.Dispose();

    public void Dispose()
    {
        Unfollow();
        permit.Dispose();
    }
}
