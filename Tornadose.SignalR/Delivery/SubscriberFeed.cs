using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Delivery;

/// <summary>A store as one subscriber reads it.</summary>
/// <param name="Store">The store's name.</param>
/// <param name="Cursor">Where the subscriber is.</param>
/// <param name="SendTimeout">For how long a write may make no progress.</param>
internal sealed record SubscriberFeed(string Store, MessageCursor Cursor, TimeSpan SendTimeout)
{
    public AppendRegistration? Registration { get; set; }

    /// <summary>The store as instruments tell of it.</summary>
    public MeasuredStore Measured { get; init; } = new(Store);

    /// <summary>What was delivered; null before the subscription began.</summary>
    public FeedTally? Tally { get; set; }
}
