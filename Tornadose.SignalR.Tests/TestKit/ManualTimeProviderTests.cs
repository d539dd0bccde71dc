namespace Tornadose.SignalR.Tests.TestKit;

public sealed class ManualTimeProviderTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Advance_Clock_MovesUtcNowAndTimestampTogether()
    {
        var (now, stamp) = (_time.GetUtcNow(), _time.GetTimestamp());
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), _time.GetUtcNow() - now);
        Assert.Equal(TimeSpan.FromSeconds(3), _time.GetElapsedTime(stamp));
    }

    [Fact]
    public void Advance_OneShotTimer_FiresOnceWhenDue()
    {
        var fired = 0;
        using var timer = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.Equal((0, 1), (fired, _time.ActiveTimers));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((1, 0), (fired, _time.ActiveTimers));
    }

    [Fact]
    public void Advance_PeriodicTimer_FiresForEachPeriodAtItsOwnTime()
    {
        var times = new List<DateTimeOffset>();
        var start = _time.GetUtcNow();
        using var timer = _time.CreateTimer(_ => times.Add(_time.GetUtcNow()), null, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(12));
        Assert.Equal([0, 5, 10], times.Select(time => (time - start).TotalSeconds));
    }

    [Fact]
    public void Advance_SeveralTimers_FireInTheOrderTheyAreDue()
    {
        var order = "";
        using var late = _time.CreateTimer(_ => order += "c", null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        using var first = _time.CreateTimer(_ => order += "a", null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        using var second = _time.CreateTimer(_ => order += "b", null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("abc", order);
    }

    [Fact]
    public void Advance_TimerSetByACallback_FiresWithinTheSameSpan()
    {
        var fired = false;
        using var outer = _time.CreateTimer(
            _ => _time.CreateTimer(_ => fired = true, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan),
            null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(fired);
    }

    [Fact]
    public void Advance_TimerDisposedOrChanged_DoesNotFireAsFirstSet()
    {
        var fired = 0;
        var timer = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        timer.Change(TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(0, fired);
        timer.Dispose();
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal((0, 0), (fired, _time.ActiveTimers));
    }

    [Fact]
    public async Task Advance_TaskDelayPeriodicTimerAndCancellation_Complete()
    {
        var delay = Task.Delay(TimeSpan.FromSeconds(1), _time);
        using var periodic = new PeriodicTimer(TimeSpan.FromSeconds(1), _time);
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(1), _time);
        var tick = periodic.WaitForNextTickAsync();
        Assert.False(delay.IsCompleted || tick.IsCompleted || source.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(1));
        await delay.WithTimeout();
        Assert.True(await tick.WithTimeout());
        Assert.True(source.IsCancellationRequested);
    }

    [Fact]
    public async Task CreateTimer_FromManyThreadsWhileAdvancing_FiresEachOnce()
    {
        var fired = 0;
        var setters = Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 200; i++)
                _time.CreateTimer(_ => Interlocked.Increment(ref fired), null, TimeSpan.FromSeconds(i % 7), Timeout.InfiniteTimeSpan);
        })).ToArray();
        while (!Task.WhenAll(setters).IsCompleted)
            _time.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(setters).WithTimeout();
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1600, fired);
    }
}
