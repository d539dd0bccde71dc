using System.Security.Claims;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// The right that a subscription depends on. It may end before the connection does: the user's authentication expires, or the
/// right is revoked.
/// </summary>
/// <param name="user">Who subscribed.</param>
/// <param name="until">When the user's authentication expires; null for never.</param>
/// <param name="round">The <see cref="AccessReview.Round"/> read before the user was authorized.</param>
internal class SubscriberAccess(ClaimsPrincipal user, DateTimeOffset? until, int round)
{
    private long _until = until?.UtcTicks ?? long.MaxValue;
    private SubscriberEnd _end = SubscriberEnd.AuthenticationExpired;

    /// <summary>Access that belongs to no user and never expires.</summary>
    public static SubscriberAccess Unlimited { get; } = new(new ClaimsPrincipal(), null, 0);

    public ClaimsPrincipal User => user;

    public int Round => round;

    /// <summary>When the user's ticket or cookie was issued; null where that is not known.</summary>
    public DateTimeOffset? Issued { get; init; }

    /// <summary>When it was requested.</summary>
    public DateTimeOffset Began { get; } = DateTimeOffset.UtcNow;

    /// <summary>Whether it is a right to read this store.</summary>
    public virtual bool Concerns(string store) => false;

    /// <summary>The last recheck, completed or not; null if there was none.</summary>
    public Task<bool>? Check { get; set; }

    /// <summary>Checks again whether the user may read.</summary>
    public virtual ValueTask<bool> IsGrantedAsync() => new(true);

    /// <summary>
    /// Ends the subscription when the right has ended. If the peer takes nothing for the send timeout after that, its connection is cut.
    /// </summary>
    public void Enforce(Subscriber subscriber, long now)
    {
        var over = now - Volatile.Read(ref _until);
        if (over < 0)
            return;
        subscriber.End(_end);
        if (over >= subscriber.Feeds.SendTimeout.Ticks)
            subscriber.Cut(_end);
    }

    public void Revoke(Subscriber subscriber, long now)
    {
        _end = SubscriberEnd.AccessRevoked;
        Volatile.Write(ref _until, Math.Min(_until, now));
        Enforce(subscriber, now);
    }
}
