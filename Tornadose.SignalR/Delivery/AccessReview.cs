using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.Delivery;

/// <summary>Ends the subscriptions of users who have lost the right to read.</summary>
/// <remarks>
/// A subscription that opens during a review was authorized before it and enters the registry after it. So each subscription carries the
/// round in which it was authorized; if another round has begun by the time it is registered, it is checked once more.
/// </remarks>
internal sealed class AccessReview(SubscriberRegistry registry, TornadoseOptions options, TimeProvider time, StoreMetrics metrics)
{
    private long _last = time.GetTimestamp();
    private Task _rechecking = Task.CompletedTask;
    private int _round;

    public int Round => Volatile.Read(ref _round);

    private string Outcome => options.EndOnFailedRecheck ? "is ended" : "goes on";

    /// <summary>Starts a recheck of all subscriptions if one is due and the previous one has finished.</summary>
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
    /// <param name="whose">Whether a subscription belongs to the user. It calls application code; if that throws for one subscription, the
    /// others are not affected.</param>
    public void Revoke(Func<SubscriberAccess, bool> whose)
    {
        Interlocked.Increment(ref _round);
        foreach (var subscriber in registry.Subscribers)
            if (IsOf(subscriber, whose))
                Revoke(subscriber);
    }

    /// <summary>
    /// Checks one subscription at a time: a policy may query a database, which ten thousand concurrent queries would overload.
    /// </summary>
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
    /// Runs the policy on the thread pool, so that the timeout also applies to a policy that blocks. While an earlier check of the same
    /// right is still running, no second one is started. The earlier result is ignored: it may predate the loss of the right.
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
