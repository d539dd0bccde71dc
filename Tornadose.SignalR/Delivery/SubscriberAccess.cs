using System.Security.Claims;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// The right that a subscription rests on, which may end before the connection does: the user's authentication expires, or somebody takes
/// the right away.
/// </summary>
/// <param name="user">Who subscribed.</param>
/// <param name="until">When the user's authentication expires; null for never.</param>
/// <param name="round">The registry's <see cref="AccessReview.Round"/> from before it was decided that the user may read.</param>
internal class SubscriberAccess(ClaimsPrincipal user, DateTimeOffset? until, int round)
{
    private long _until = until?.UtcTicks ?? long.MaxValue;
    private SubscriberEnd _end = SubscriberEnd.AuthenticationExpired;

    /// <summary>Nobody's in particular, and for ever.</summary>
    public static SubscriberAccess Unlimited { get; } = new(new ClaimsPrincipal(), null, 0);

    public ClaimsPrincipal User => user;

    public int Round => round;

    /// <summary>When the user's ticket or cookie was issued; null where that is not known.</summary>
    public DateTimeOffset? Issued { get; init; }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset Began { get; } = DateTimeOffset.UtcNow;

    /// <summary>Whether the store is one of those that may be read.</summary>
    public virtual bool Concerns(string store) => false;

    /// <summary>The last time that was asked, whether it has an answer or not; null when it never was.</summary>
    public Task<bool>? Check { get; set; }

    /// <summary>Asks again whether the user may read.</summary>
    public virtual ValueTask<bool> IsGrantedAsync() => new(true);

    /// <summary>
    /// Ends the subscription when its time has come. A peer that takes nothing, so that the end does not get through, is cut.
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
