using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>What a hub subscription holds: its permit, the followed store, and the cursor.</summary>
/// <param name="permit">The permit to subscribe.</param>
/// <param name="following">The followed store.</param>
/// <param name="cursor">Where the subscription begins.</param>
internal sealed class OpenedStore(IDisposable permit, FollowedStore following, MessageCursor cursor) : IDisposable
{
    public MessageStore Store => following.Store;

    public MessageCursor Cursor => cursor;

    public IDisposable Permit => permit;

    public SubscriberFeed ToFeed() =>
        new(Store.Name, cursor, Store.Options.SendTimeout, Store.Measured) { MinInterval = Store.Options.MinInterval ?? TimeSpan.Zero };

    /// <summary>Stops following the store, and keeps the permit.</summary>
    public void Unfollow() => following.Dispose();

    public void Dispose()
    {
        Unfollow();
        permit.Dispose();
    }
}
