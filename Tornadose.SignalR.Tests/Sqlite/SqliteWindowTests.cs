using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Sqlite;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Sqlite;

/// <summary>How windows are read while others publish, follow and close.</summary>
public sealed class SqliteWindowTests : IDisposable
{
    private static readonly MessageLogLimits Limits = new(10, 1 << 20);

    private readonly StoresFile _file = new();
    private readonly GatedTime _time = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Follow_AThousandStoresAtOnce_LeavesThePoolItsThreads()
    {
        await _file.FillAsync(3, Limits, _time);
        await using var backplane = await OpenAsync();
        await using var slow = backplane.Open("store", Limits);
        _time.HoldNextReader();
        var following = new List<Task<IDisposable>> { slow.FollowAsync(default).AsTask() };
        await _time.Held.WithTimeout();
        following.AddRange(Enumerable.Range(0, 1000).Select(number => backplane.Open($"s{number}", Limits).FollowAsync(default).AsTask()));
        Assert.DoesNotContain(following, static task => task.IsCompleted);
        Assert.False(_time.HoldsThreadOfThePool);
        _time.Release();
        await Task.WhenAll(following).WithTimeout();
        Assert.Equal(3, slow.Log.GetSnapshot().Messages.Count);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(500)]
    public async Task Follow_WhileOthersPublish_HasTheNewestWithoutAGap(int meanwhile)
    {
        await _file.FillAsync(3, Limits, _time);
        await using var backplane = await OpenAsync();
        await using var channel = backplane.Open("store", Limits);
        _time.HoldNextReader();
        var following = channel.FollowAsync(default).AsTask();
        await _time.Held.WithTimeout();
        for (var number = 4; number < 4 + meanwhile; number++)
            await StoresFile.AppendAsync(channel, $"{number}");
        _time.Release();
        using (await following.WithTimeout())
        {
            var newest = string.Join(' ', Enumerable.Range(1, 3 + meanwhile).TakeLast(10));
            Assert.Equal(newest, channel.Log.OpenCursor(StartAt.Earliest).Read());
        }
    }

    /// <summary>The end does not count towards the capacity.</summary>
    [Fact]
    public async Task Follow_WhileTheStoreIsCompleted_HasItsLastMessageAndItsEnd()
    {
        var one = Limits with { Capacity = 1 };
        await _file.FillAsync(1, one, _time);
        await using var backplane = await OpenAsync();
        await using var channel = backplane.Open("store", one);
        _time.HoldNextReader();
        var following = channel.FollowAsync(default).AsTask();
        await _time.Held.WithTimeout();
        await StoresFile.AppendAsync(channel, "last");
        await channel.AppendAsync([MessageContent.End], null, default).WithTimeout();
        _time.Release();
        using (await following.WithTimeout())
            Assert.Equal(("last", true), (Last(channel, 1), channel.Log.GetSnapshot().IsCompleted));
    }

    [Fact]
    public async Task Window_ThatFailsInTheMiddle_IsReadAgain()
    {
        await _file.FillAsync(5, Limits, _time);
        await using var backplane = await OpenAsync();
        await using var channel = backplane.Open("store", Limits);
        _time.FailAt(3);
        using var following = await channel.FollowAsync(default).WithTimeout();
        Assert.False(channel.Log.IsOpen);
        Assert.Contains("cannot be read", await backplane.FindFaultAsync(default), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(5));
        await Eventually.TrueAsync(() => channel.Log.IsOpen);
        Assert.Equal("1 2 3 4 5", Last(channel, 5));
        await Eventually.TrueAsync(async () => await backplane.FindFaultAsync(default) is null);
    }

    [Fact]
    public async Task Dispose_WhileWindowsAreRead_LogsNoError()
    {
        await _file.FillAsync(3, Limits, _time);
        var logs = new FakeLogCollector();
        var backplane = await OpenAsync(new FakeLogger(logs));
        var channel = backplane.Open("store", Limits);
        _time.HoldNextReader();
        var following = channel.FollowAsync(default).AsTask();
        await _time.Held.WithTimeout();
        var others = Enumerable.Range(0, 50).Select(number => backplane.Open($"s{number}", Limits).FollowAsync(default).AsTask()).ToList();
        var closing = backplane.DisposeAsync().AsTask();
        _time.Release();
        await closing.WithTimeout();
        await Task.WhenAll(others.Append(following)).WithTimeout();
        Assert.Empty(logs.GetSnapshot());
    }

    [Fact]
    public async Task Dispose_OfAChannelTwice_LeavesTheStoreThatWasOpenedAnew()
    {
        await using var backplane = await OpenAsync();
        var old = backplane.Open("store", Limits);
        await old.DisposeAsync();
        await using var first = backplane.Open("store", Limits);
        await old.DisposeAsync();
        await using var second = backplane.Open("store", Limits);
        using var following = await second.FollowAsync(default).WithTimeout();
        await StoresFile.AppendAsync(first, "1");
        Assert.Equal("1", Last(second, 1));
    }

    private static string Last(IBackplaneChannel channel, int count) => string.Join(
        ' ', channel.Log.GetSnapshot().Messages.TakeLast(count).Select(static message => message.GetText()));

    /// <summary>Opens a backplane whose first retention is over, so that only the reader reads the clock.</summary>
    private async Task<SqliteBackplane> OpenAsync(ILogger? logger = null)
    {
        var backplane = _file.Open(_time, logger);
        await StoresFile.SettleAsync(backplane);
        return backplane;
    }

    /// <summary>Blocks, or fails, the caller that reads the clock.</summary>
    private sealed class GatedTime : FakeTimeProvider
    {
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _gate = new();
        private int _isHolding;
        private int _failAt;

        public Task Held => _held.Task;

        public bool HoldsThreadOfThePool { get; private set; }

        public void HoldNextReader() => Volatile.Write(ref _isHolding, 1);

        public void Release() => _gate.Set();

        public void FailAt(int timestamp) => Volatile.Write(ref _failAt, timestamp);

        public override DateTimeOffset GetUtcNow()
        {
            if (Interlocked.Exchange(ref _isHolding, 0) == 1)
            {
                HoldsThreadOfThePool = Thread.CurrentThread.IsThreadPoolThread;
                _held.SetResult();
                _gate.Wait(Eventually.HangTimeout);
            }

            return base.GetUtcNow();
        }

        public override long GetTimestamp() => Volatile.Read(ref _failAt) > 0 && Interlocked.Decrement(ref _failAt) == 0
            ? throw new InvalidOperationException("no time")
            : base.GetTimestamp();
    }
}
