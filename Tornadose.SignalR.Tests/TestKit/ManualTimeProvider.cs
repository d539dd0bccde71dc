namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>
/// A clock that stands still until <see cref="Advance"/>. Timers fire on the caller's thread, in the order in which
/// they are due, each at its own time, so that a callback that sets another timer within the span sees that fire too.
/// </summary>
public sealed class ManualTimeProvider(DateTimeOffset? start = null) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly DateTimeOffset _start = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private TimeSpan _elapsed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Timers that are set. A test waits for the code under test to set one before it advances the clock.</summary>
    public int ActiveTimers
    {
        get
        {
            lock (_lock)
                return _timers.Count;
        }
    }

    private TimeSpan Elapsed
    {
        get
        {
            lock (_lock)
                return _elapsed;
        }
    }

    public override DateTimeOffset GetUtcNow() => _start + Elapsed;

    public override long GetTimestamp() => Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var target = Elapsed + by;
        while (TakeDue(target) is { } timer)
            timer.Fire();
        lock (_lock)
            _elapsed = target;
    }

    private ManualTimer? TakeDue(TimeSpan target)
    {
        lock (_lock)
        {
            // MinBy takes the first of equals: timers due at the same time fire in the order they were set.
            if (_timers.MinBy(timer => timer.Due) is not { } next || next.Due > target)
                return null;
            _elapsed = next.Due > _elapsed ? next.Due : _elapsed;
            _timers.Remove(next);
            if (next.Period > TimeSpan.Zero)
                Set(next, next.Due + next.Period);
            return next;
        }
    }

    private void Set(ManualTimer timer, TimeSpan due)
    {
        timer.Due = due;
        _timers.Add(timer);
    }

    private sealed class ManualTimer(ManualTimeProvider clock, Action fire) : ITimer
    {
        public TimeSpan Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                Period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                    clock.Set(this, clock._elapsed + dueTime);
                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
