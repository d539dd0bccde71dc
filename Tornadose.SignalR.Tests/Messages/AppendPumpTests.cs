using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Tests.Messages;

/// <summary>One pump, run by hand: what happens while it runs.</summary>
public sealed class AppendPumpTests
{
    private readonly TestLog _log = new();
    private readonly AppendPump _pump;

    public AppendPumpTests() => _pump = new AppendPump(_log.Log);

    [Fact]
    public void Run_WaiterRegisteredTwice_WakesItOnce()
    {
        var waiter = new RecordingWaiter();
        var registration = new AppendRegistration(_pump, waiter);
        registration.Register(next: 1);
        registration.Register(next: 1);

        Run();
        Run();

        Assert.Equal(1, waiter.Count);
    }

    [Fact]
    public void Run_WaiterRegistersAgainWhileWoken_WaitsForTheNextRun()
    {
        AppendRegistration? registration = null;
        var waiter = new RecordingWaiter(() => registration!.Register(next: 2));
        registration = new AppendRegistration(_pump, waiter);
        registration.Register(next: 1);

        Run();
        Assert.Equal(1, waiter.Count);
        Run();
        Assert.Equal(2, waiter.Count);
    }

    [Fact]
    public async Task Run_AppendWhileItRuns_WakesThoseThatRegisteredMeanwhile()
    {
        var second = new RecordingWaiter();
        var first = new RecordingWaiter(() =>
        {
            Assert.True(new AppendRegistration(_pump, second).Register(next: 2));
            _log.Append();
        });
        _log.Append();
        new AppendRegistration(_pump, first).Register(next: 2);

        Run();

        await Eventually.WithTimeout(second.Woken);
    }

    [Fact]
    public async Task Run_ManyWaiters_TakesTurnsUntilAllAreWoken()
    {
        var runner = Environment.CurrentManagedThreadId;
        var wokenInFirstTurn = 0;
        var waiters = Enumerable.Range(0, 1000)
            .Select(_ => new RecordingWaiter(() => wokenInFirstTurn += Environment.CurrentManagedThreadId == runner ? 1 : 0))
            .ToArray();
        foreach (var waiter in waiters)
            new AppendRegistration(_pump, waiter).Register(next: 1);

        Run();

        Assert.InRange(wokenInFirstTurn, 1, waiters.Length / 2);
        foreach (var waiter in waiters)
            await Eventually.WithTimeout(waiter.Woken);
    }

    [Fact]
    public void Run_WaiterThatLeavesWhileOthersAreWoken_DisturbsNobody()
    {
        AppendRegistration[] registrations = [];
        var waiters = Enumerable.Range(0, 10)
            .Select(i => new RecordingWaiter(() => registrations[(i + 5) % 10].Leave()))
            .ToArray();
        registrations = [.. waiters.Select(waiter => new AppendRegistration(_pump, waiter))];
        foreach (var registration in registrations)
            registration.Register(next: 1);

        Run();

        Assert.All(waiters, waiter => Assert.Equal(1, waiter.Count));
    }

    [Fact]
    public void Leave_AnyOrder_LeavesTheOthersRegistered()
    {
        var waiters = Enumerable.Range(0, 20).Select(_ => new RecordingWaiter()).ToArray();
        var registrations = waiters.Select(waiter => new AppendRegistration(_pump, waiter)).ToArray();
        foreach (var registration in registrations)
            registration.Register(next: 1);
        int[] left = [19, 0, 7, 18, 0, 3];

        foreach (var index in left)
            registrations[index].Leave();
        Run();

        Assert.All(waiters.Index(), waiter => Assert.Equal(left.Contains(waiter.Index) ? 0 : 1, waiter.Item.Count));
    }

    [Fact]
    public void Leave_NeverRegistered_DoesNothing()
    {
        var waiting = new RecordingWaiter();
        new AppendRegistration(_pump, waiting).Register(next: 1);

        new AppendRegistration(_pump, new RecordingWaiter()).Leave();

        Run();
        Assert.Equal(1, waiting.Count);
    }

    private void Run() => ((IThreadPoolWorkItem)_pump).Execute();
}
