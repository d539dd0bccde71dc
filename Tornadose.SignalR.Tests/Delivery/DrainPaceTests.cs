using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Delivery;

public sealed class DrainPaceTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    [Theory, Case("PROC-02"), InlineData(1), InlineData(2), InlineData(17), InlineData(19), InlineData(100), InlineData(449),
        InlineData(451), InlineData(1000), InlineData(100_000)]
    public void PauseBefore_AnyNumber_StaysWithinTheWindowAndNeverPausesLong(int subscribers)
    {
        var pauses = Pauses(subscribers, Window);

        Assert.Equal(TimeSpan.Zero, pauses[0]);
        Assert.True(Sum(pauses) + new DrainPace(subscribers, Window).Grace <= Window, $"{Sum(pauses)}");
        Assert.All(pauses, pause => Assert.InRange(pause, TimeSpan.Zero, TimeSpan.FromMilliseconds(500)));
    }

    [Theory, Case("PROC-02"), InlineData(19), InlineData(100), InlineData(1000), InlineData(100_000)]
    public void PauseBefore_Many_SpreadsThemEvenlyOverTheWindow(int subscribers)
    {
        var pauses = Pauses(subscribers, Window);

        Assert.True(Sum(pauses) > Window * 0.75, $"{Sum(pauses)}");
        Assert.InRange(Sum(pauses[..(subscribers / 2)]) / Sum(pauses), 0.4, 0.6);
    }

    [Fact, Case("PROC-02")]
    public void PauseBefore_Few_StopsSoon() => Assert.Equal(TimeSpan.FromSeconds(2), Sum(Pauses(5, Window)));

    [Fact]
    public void PauseBefore_Many_PausesAreLongEnoughForATimer() =>
        Assert.All(
            Pauses(100_000, Window).Where(pause => pause > TimeSpan.Zero), pause => Assert.True(pause >= TimeSpan.FromMilliseconds(19)));

    [Fact]
    public void PauseBefore_NoWindow_EndsAllAtOnce() => Assert.Equal(TimeSpan.Zero, Sum(Pauses(100, TimeSpan.Zero)));

    private static TimeSpan[] Pauses(int subscribers, TimeSpan window)
    {
        var pace = new DrainPace(subscribers, window);
        return [.. Enumerable.Range(0, subscribers).Select(pace.PauseBefore)];
    }

    private static TimeSpan Sum(IEnumerable<TimeSpan> pauses) => pauses.Aggregate(TimeSpan.Zero, (sum, pause) => sum + pause);
}
