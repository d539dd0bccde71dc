using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.Delivery;

/// <summary>Takes subscriptions away from users who may not read any more.</summary>
/// <remarks>
/// A subscription that is being opened while rights are taken away has been decided on before, and is found in the registry only after. So each remembers the round of its decision, and when another
/// has begun by the time that it joins, it is asked about once more.
/// </remarks>
internal sealed class AccessReview(SubscriberRegistry registry, TornadoseOptions options, TimeProvider time)
{
    private long _last = time.GetTimestamp();
    private Task _rechecking = Task.CompletedTask;
    private int _round;

    public int Round => Volatile.Read(ref _round);

    /// <summary>Begins to ask about everybody, when that is due and the last time is over.</summary>
    public void Tick(long now)
    {
        if (options.AccessRecheckInterval is not { } interval || time.GetElapsedTime(_last, now) < interval || !_rechecking.IsCompleted)
            return;
        _last = now;
        _rechecking = Task.Run(() => RecheckAsync(static _ => true, CancellationToken.None));
    }

    public void Join(Subscriber subscriber)
    {
        if (subscriber.Access.Round != Round && subscriber.Access != SubscriberAccess.Unlimited)
            _ = RecheckAsync(subscriber);
    }

    public void Revoke(Func<SubscriberAccess, bool> whose)
    {
        Interlocked.Increment(ref _round);
        foreach (var subscriber in registry.Subscribers)
            if (whose(subscriber.Access))
                Revoke(subscriber);
    }

    /// <summary>Asks one after the other: policies may ask a database, which must not be asked ten thousand things at once.</summary>
    public async Task RecheckAsync(Func<SubscriberAccess, bool> whose, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _round);
        foreach (var subscriber in registry.Subscribers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (whose(subscriber.Access))
                await RecheckAsync(subscriber).ConfigureAwait(false);
        }
    }

    /// <summary>A policy that fails has not said no. To end all streams when its database is away would have everybody come back at once, and ask it again.</summary>
    private async Task RecheckAsync(Subscriber subscriber)
    {
        try
        {
            if (!await subscriber.Access.IsGrantedAsync().ConfigureAwait(false))
                Revoke(subscriber);
        }
        catch (Exception failure)
        {
            registry.Logger.AccessRecheckFailed(failure, subscriber.Transport, subscriber.Store);
        }
    }

    private void Revoke(Subscriber subscriber) => subscriber.Access.Revoke(subscriber, time.GetUtcNow().UtcTicks);
}
