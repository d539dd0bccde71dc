using System.Collections.Concurrent;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Messages;

/// <summary>One pump, run by hand, and what happens while it runs.</summary>
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

    /// <summary>Each hint comes before the wake-up, at most once a reader, and wakes nobody, whatever the number of readers.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(32)]
    [InlineData(100)]
    public async Task Run_Prefetching_WakesEachOnceInOrder(int count)
    {
        var calls = new ConcurrentQueue<(int Waiter, string Call)>();
        var waiters = Enumerable.Range(0, count).Select(i => new PrefetchedWaiter(call => calls.Enqueue((i, call)))).ToArray();
        foreach (var waiter in waiters)
            new AppendRegistration(_pump, waiter).Register(next: 1);

        Run();
        await Eventually.TrueAsync(() => calls.Count(static call => call.Call == "wake") == count);

        Assert.Equal(Enumerable.Range(0, count), calls.Where(static call => call.Call == "wake").Select(static call => call.Waiter));
        string[] hints = Prefetch.IsSupported ? ["parts", "parts of parts"] : [];
        foreach (var waiter in calls.GroupBy(static call => call.Waiter))
            Assert.Equal([.. hints.TakeLast(waiter.Key - 1), "wake"], waiter.Select(static call => call.Call));
    }

    /// <summary>A reader that runs may remove the next ones from the list, for which the hints were given.</summary>
    [Fact]
    public void Run_PrefetchedWaiterLeavesBeforeItIsWoken_DisturbsNobody()
    {
        AppendRegistration[] registrations = [];
        var woken = 0;
        var waiters = Enumerable.Range(0, 20).Select(i => new PrefetchedWaiter(call =>
        {
            woken += call == "wake" ? 1 : 0;
            registrations[(i + 3) % 20].Leave();
        })).ToArray();
        registrations = [.. waiters.Select(waiter => new AppendRegistration(_pump, waiter))];
        foreach (var registration in registrations)
            registration.Register(next: 1);

        Run();

        Assert.Equal(20, woken);
    }

    private sealed class PrefetchedWaiter(Action<string> called) : IAppendWaiter
    {
        public void Wake() => called("wake");

        public void PrefetchParts() => called("parts");

        public void PrefetchPartsOfParts() => called("parts of parts");
    }

    private void Run() => ((IThreadPoolWorkItem)_pump).Execute();
}
