using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Messages;

public sealed class AppendSignalTests
{
    private readonly TestLog _log = new();

    [Fact]
    public void Register_EntryIsThereAlready_ReturnsFalse()
    {
        var registration = _log.Log.Signal.Join(new RecordingWaiter());
        _log.Append();

        Assert.False(registration.Register(next: 1));
        Assert.True(registration.Register(next: 2));
    }

    [Fact]
    public void Register_CompletedLog_ReturnsFalse()
    {
        _log.Log.Complete();

        Assert.False(_log.Log.Signal.Join(new RecordingWaiter()).Register(next: 1));
    }

    [Fact]
    public async Task Append_ManyWaiters_WakesEachOnce()
    {
        var waiters = Enumerable.Range(0, 100).Select(_ => new RecordingWaiter()).ToArray();
        foreach (var waiter in waiters)
            Assert.True(_log.Log.Signal.Join(waiter).Register(next: 1));

        _log.Append();
        foreach (var waiter in waiters)
            await waiter.Woken.WithTimeout();
        _log.Append();

        Assert.All(waiters, waiter => Assert.Equal(1, waiter.Count));
    }

    [Fact]
    public async Task Leave_Registered_IsNotWokenAndOthersAre()
    {
        var waiters = Enumerable.Range(0, 60).Select(_ => new RecordingWaiter()).ToArray();
        var registrations = waiters.Select(_log.Log.Signal.Join).ToArray();
        foreach (var registration in registrations)
            registration.Register(next: 1);
        foreach (var left in registrations.Where((_, i) => i % 3 == 0))
            left.Leave();

        _log.Append();

        foreach (var waiter in waiters.Where((_, i) => i % 3 != 0))
            await waiter.Woken.WithTimeout();
        Assert.All(waiters.Where((_, i) => i % 3 == 0), waiter => Assert.Equal(0, waiter.Count));
    }

    [Fact, Case("ST-17")]
    public async Task Append_Waiter_RunsOnAnotherThread()
    {
        var thread = 0;
        var waiter = new RecordingWaiter(() => thread = Environment.CurrentManagedThreadId);
        _log.Log.Signal.Join(waiter).Register(next: 1);
        var publisher = new Thread(() => _log.Append());
        publisher.Start();

        await waiter.Woken.WithTimeout();
        publisher.Join();
        Assert.NotEqual(publisher.ManagedThreadId, thread);
    }

    [Fact, Case("ST-17")]
    public async Task Append_WaiterThatBlocks_DoesNotHoldThePublisher()
    {
        using var release = new ManualResetEventSlim();
        var blocked = new RecordingWaiter(release.Wait);
        _log.Log.Signal.Join(blocked).Register(next: 1);

        var publishing = Task.Run(() => _log.AppendMany(100));

        await publishing.WithTimeout();
        Assert.Equal(100, _log.Log.Position.Offset);
        release.Set();
        await blocked.Woken.WithTimeout();
    }
}
