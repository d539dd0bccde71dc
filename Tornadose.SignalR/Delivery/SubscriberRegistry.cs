using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// The subscribers of this process, and the one timer that serves all of them: it cuts those that do not read, sends keep-alives after
/// silence, and ends those that have reached their maximum age. A timer for each would cost memory, for precision that nobody needs.
/// </summary>
internal sealed class SubscriberRegistry : IDisposable
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Subscriber, bool> _subscribers = new();
    private readonly TimeProvider _time;
    private readonly TornadoseOptions _options;
    private readonly StoreMetrics _metrics;
    private readonly ITimer _clock;
    private int _draining;
    private bool _tickFailed;
    private long _now;
    private long _numbers;

    public SubscriberRegistry(TornadoseOptions options, TimeProvider time, StoreMetrics metrics, ILogger<SubscriberRegistry> logger)
    {
        _options = options;
        _time = time;
        _metrics = metrics;
        Logger = logger;
        _now = time.GetTimestamp();
        Admission = new Admission(options, time, metrics);
        Review = new AccessReview(this, options, time, metrics);
        _clock = time.CreateTimer(static state => ((SubscriberRegistry)state!).Tick(), this, TickInterval, TickInterval);
    }

    /// <summary>How many subscriptions there are, whatever their transport.</summary>
    public int Count => Admission.Count;

    /// <summary>Whether the process is about to stop: no new subscriber is taken.</summary>
    public bool IsDraining => Volatile.Read(ref _draining) != 0;

    public ILogger Logger { get; }

    /// <summary>Enforces the limits on subscriptions.</summary>
    public Admission Admission { get; }

    /// <summary>Ends the subscriptions of users who have lost the right to read.</summary>
    public AccessReview Review { get; }

    /// <summary>The current subscribers.</summary>
    public IEnumerable<Subscriber> Subscribers => _subscribers.Select(static entry => entry.Key);

    /// <summary>The time of the last tick: a keep-alive needs no better clock, and this one costs nothing to read.</summary>
    public long Now => Volatile.Read(ref _now);

    public TimeProvider Time => _time;

    public long GetTimestamp() => _time.GetTimestamp();

    /// <summary>A bucket on the registry's clock, whose burst is the rate of one second.</summary>
    public TokenBucket NewBucket(double rate) => new(rate, rate, _time);

    public TimeSpan Elapsed(long from, long to) => _time.GetElapsedTime(from, to);

    public void Add(Subscriber subscriber)
    {
        subscriber.Number = Interlocked.Increment(ref _numbers);
        subscriber.MaxAge = _options.NextAge();
        _subscribers.TryAdd(subscriber, true); // first, so that Remove uncounts it if a metrics listener throws
        subscriber.Feeds.BeginMeasuring(_metrics, subscriber.Transport, subscriber.Began);
        Review.Join(subscriber);
        if (IsDraining)
            subscriber.End(SubscriberEnd.ShuttingDown);
    }

    public void Remove(Subscriber subscriber, SubscriberEnd end)
    {
        if (!_subscribers.TryRemove(subscriber, out _))
            return;
        if (end == SubscriberEnd.Slow)
            Logger.SlowSubscriberDisconnected(subscriber.Transport, subscriber.Store);
        // last: whoever sees the count change finds the line in the log
        subscriber.Feeds.EndMeasuring(end.Name, _time.GetElapsedTime(subscriber.Began));
    }

    /// <summary>
    /// Ends all subscriptions, spread over the drain window so that their clients do not all reconnect at the same moment. Those that have
    /// not ended by the end of the window, because their clients do not read, are cut.
    /// </summary>
    public async Task DrainAsync()
    {
        if (Interlocked.Exchange(ref _draining, 1) != 0)
            return;
        Admission.Close();
        var subscribers = _subscribers.Keys.ToArray();
        Random.Shared.Shuffle(subscribers);
        var pace = new DrainPace(subscribers.Length, _options.DrainWindow);
        var began = _time.GetTimestamp();
        var due = TimeSpan.Zero;
        for (var i = 0; i < subscribers.Length; i++)
        {
            due += pace.PauseBefore(i);
            // Counted from the beginning: timers fire late rather than early, and hundreds of such delays would exceed the window.
            var early = due - _time.GetElapsedTime(began);
            if (early > TimeSpan.Zero)
                await Task.Delay(early, _time).ConfigureAwait(false);
            subscribers[i].End(SubscriberEnd.ShuttingDown);
        }

        if (Count > 0)
            await ((Task)Admission.Empty.WaitAsync(pace.Grace, _time)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var subscriber in _subscribers.Keys)
            subscriber.Cut(SubscriberEnd.ShuttingDown);
    }

    /// <summary>Logs a failed tick of a subscriber: once, not each second.</summary>
    public void TickFailed(Subscriber subscriber, Exception failure)
    {
        if (subscriber.TickFailed)
            return;
        subscriber.TickFailed = true;
        Logger.SubscriberTickFailed(failure, subscriber.Transport, subscriber.Store);
    }

    public void Dispose() => _clock.Dispose();

    private void Tick()
    {
        var now = _time.GetTimestamp();
        Volatile.Write(ref _now, now);
        var today = _time.GetUtcNow().UtcTicks;
        foreach (var (subscriber, _) in _subscribers)
            Tick(subscriber, now, today);
        try
        {
            Review.Tick(now);
            Admission.Sweep();
        }
        catch (Exception failure)
        {
            if (!Interlocked.Exchange(ref _tickFailed, true))
                Logger.TickFailed(failure);
        }
    }

    /// <summary>
    /// Calls code of custom transports and formats, which may throw. An exception would end the process, and must not keep the timer from
    /// the other subscribers.
    /// </summary>
    private void Tick(Subscriber subscriber, long now, long today)
    {
        try
        {
            subscriber.Access.Enforce(subscriber, today);
            subscriber.Tick(now, _options.KeepAlive);
        }
        catch (Exception failure)
        {
            TickFailed(subscriber, failure);
        }
    }
}
