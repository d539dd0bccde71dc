using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Delivery;

/// <summary>A store as one subscriber reads it.</summary>
/// <param name="Store">The store's name.</param>
/// <param name="Cursor">Where the subscriber is.</param>
/// <param name="SendTimeout">For how long a write may make no progress.</param>
internal sealed record SubscriberFeed(string Store, MessageCursor Cursor, TimeSpan SendTimeout)
{
    public AppendRegistration? Registration { get; set; }
}
