using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// Limits one subscriber to one batch per interval: a turn, in which it reads what there is, and a pause. During the pause its cursor does
/// not move, so the next turn always includes the newest message, and a data store has conflated the values in between.
/// </summary>
/// <remarks>Used only by the subscriber's loop, except that the timer ends the pause.</remarks>
internal sealed class DeliveryPace : IDisposable
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly TimeSpan _interval;
    private readonly ITimer _timer;
    private bool _paused;
    private bool _begun;
    private long _rest;

    private DeliveryPace(TimeSpan interval, IAppendWaiter subscriber, TimeProvider time)
    {
        _interval = interval;
        _timer = time.CreateTimer(_ => Continue(subscriber), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether a pause is under way, in which nothing is read.</summary>
    public bool IsPaused => Volatile.Read(ref _paused);

    /// <returns>Null for an interval of zero: as fast as possible.</returns>
    public static DeliveryPace? Of(TimeSpan interval, IAppendWaiter subscriber, TimeProvider time) =>
        interval > TimeSpan.Zero ? new DeliveryPace(interval, subscriber, time) : null;

    /// <summary>
    /// How many messages may be read now. A turn is limited to the messages that existed when it began; otherwise a busy store would never
    /// let it pause.
    /// </summary>
    public long Allowed(SubscriberFeeds feeds)
    {
        if (IsPaused)
            return 0;
        if (!_begun)
            _rest = Math.Max(1, feeds.Behind);
        return _rest;
    }

    /// <summary>Counts what was read; at the end of the turn the pause begins.</summary>
    public void Took(int messages)
    {
        _begun |= messages > 0;
        _rest -= messages;
        if (!_begun || (messages > 0 && _rest > 0))
            return;
        _begun = false;
        Volatile.Write(ref _paused, true);
        _timer.Change(_interval, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Continue(IAppendWaiter subscriber)
    {
        Volatile.Write(ref _paused, false);
        subscriber.Wake();
    }
}
