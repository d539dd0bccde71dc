using Tornadose.SignalR.Blazor;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Blazor;

public sealed class RenderPaceTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly FakeTimeProvider _time = new();
    private readonly List<Exception> _failures = [];
    private int _renders;

    [Fact]
    public void Request_AfterAQuietTime_RendersAtOnce()
    {
        using var pace = Make(Run);
        pace.Request();
        Assert.Equal(1, _renders);
        _time.Advance(Interval);
        pace.Request();
        Assert.Equal(2, _renders);
    }

    [Fact]
    public async Task Request_AThousandTimesWithinAnInterval_IsOneMoreRender()
    {
        using var pace = Make(Run);
        for (var request = 0; request < 1000; request++)
            pace.Request();
        Assert.Equal(1, _renders);
        Assert.Equal(1, _time.ActiveTimers);
        _time.Advance(Interval - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, _renders);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await Eventually.TrueAsync(() => _renders == 2);
        Assert.Equal(0, _time.ActiveTimers);
    }

    [Fact]
    public void Request_WhileTheRendererIsBusy_QueuesOneRender()
    {
        var queue = new Queue<Action>();
        using var pace = Make(action =>
        {
            queue.Enqueue(action);
            return Task.CompletedTask;
        });
        pace.Request();
        pace.Request();
        _time.Advance(Interval);
        pace.Request();
        Assert.Single(queue);
    }

    [Fact]
    public async Task Request_FromWithinARender_IsRenderedAfterTheInterval()
    {
        RenderPace? pace = null;
        using var made = pace = new RenderPace(
            Run, () => { if (++_renders == 1) pace!.Request(); }, _failures.Add, _time) { Interval = Interval };
        pace.Request();
        Assert.Equal(1, _renders);
        _time.Advance(Interval);
        await Eventually.TrueAsync(() => _renders == 2);
    }

    [Fact]
    public void Request_RenderFails_IsToldAndTheNextOneRenders()
    {
        using var pace = new RenderPace(
            Run, () => { if (++_renders == 1) throw new InvalidOperationException("render"); }, _failures.Add, _time);
        pace.Request();
        Assert.Equal("render", Assert.Single(_failures).Message);
        pace.Request();
        Assert.Equal(2, _renders);
    }

    [Fact]
    public void Dispose_WhileARenderIsDue_RendersNothing()
    {
        var pace = Make(Run);
        pace.Request();
        pace.Request();
        pace.Dispose();
        _time.Advance(Interval);
        pace.Request();
        Assert.Equal(1, _renders);
        Assert.Empty(_failures);
    }

    private RenderPace Make(Func<Action, Task> dispatch) => new(dispatch, () => _renders++, _failures.Add, _time) { Interval = Interval };

    private static Task Run(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
