using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.Delivery;

/// <summary>Takes subscriptions away from users who may not read any more.</summary>
/// <remarks>
/// A subscription that is being opened while rights are taken away has been decided on before, and is found in the registry only after. So
/// each remembers the round of its decision, and when another has begun by the time that it joins, it is asked about once more.
/// </remarks>
internal sealed class AccessReview(SubscriberRegistry registry, TornadoseOptions options, TimeProvider time, StoreMetrics metrics)
{
    private long _last = time.GetTimestamp();
    private Task _rechecking = Task.CompletedTask;
    private int _round;

    public int Round => Volatile.Read(ref _round);

    private string Outcome => options.EndOnFailedRecheck ? "is ended" : "goes on";

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

    /// <summary>Ends the subscriptions of a user.</summary>
    /// <param name="whose">Asks the application whose a subscription is. It may throw for one, which concerns no other.</param>
    public void Revoke(Func<SubscriberAccess, bool> whose)
    {
        Interlocked.Increment(ref _round);
        foreach (var subscriber in registry.Subscribers)
            if (IsOf(subscriber, whose))
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

    private bool IsOf(Subscriber subscriber, Func<SubscriberAccess, bool> whose)
    {
        try
        {
            return whose(subscriber.Access);
        }
        catch (Exception failure)
        {
            registry.Logger.UserUnknown(failure, subscriber.Transport, subscriber.Store, Outcome);
            metrics.RecheckFailed(subscriber.Transport, "error");
            return options.EndOnFailedRecheck;
        }
    }

    private async Task RecheckAsync(Subscriber subscriber)
    {
        try
        {
            if (!await IsGrantedAsync(subscriber.Access).ConfigureAwait(false))
                Revoke(subscriber);
        }
        catch (Exception failure)
        {
            // By default a policy that fails counts as "still allowed": see TornadoseOptions.EndOnFailedRecheck.
            registry.Logger.AccessRecheckFailed(failure, subscriber.Transport, subscriber.Store, Outcome);
            metrics.RecheckFailed(subscriber.Transport, failure is TimeoutException ? "timeout" : "error");
            if (options.EndOnFailedRecheck)
                Revoke(subscriber);
        }
    }

    /// <summary>
    /// On a thread of its own, so that a policy that blocks instead of waiting is given up, too. A policy that hangs is not asked again
    /// about the same right until it has answered. That answer does not count here: it may be from before the right was removed.
    /// </summary>
    private async Task<bool> IsGrantedAsync(SubscriberAccess access)
    {
        if (access.Check is { IsCompleted: false } earlier)
            await Task.WhenAny(earlier).WaitAsync(options.AccessRecheckTimeout, time).ConfigureAwait(false);
        access.Check = Task.Run(() => access.IsGrantedAsync().AsTask());
        return await access.Check.WaitAsync(options.AccessRecheckTimeout, time).ConfigureAwait(false);
    }

    private void Revoke(Subscriber subscriber) => subscriber.Access.Revoke(subscriber, time.GetUtcNow().UtcTicks);
}
