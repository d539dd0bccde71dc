using BlazorDashboard.Proc;

namespace Tornadose.SignalR.Tests.Samples;

public sealed class ProcStatTests
{
    private const string TwoCores = """
        cpu  4893 7 2753 186478 450 3 40 111 5 0
        cpu0 2069 0 1080 94110 21 0 6 55 0 0
        cpu1 2824 7 1673 92368 429 3 34 56 5 0
        intr 152039 0 0
        ctxt 1990473
        """;

    [Fact]
    public void Parse_TwoCores_SeparatesWorkIdleAndWaiting()
    {
        var stat = ProcStat.Parse(TwoCores);
        Assert.NotNull(stat);
        Assert.Equal(new ProcessorTicks(User: 4900, System: 2753 + 3 + 40 + 111, Idle: 186478, Waiting: 450), stat.Total);
        Assert.Equal([2069, 2831], stat.Cores.Select(core => core.User));
    }

    [Fact]
    public void Parse_KernelWithFewerColumns_TakesThemAsZero() =>
        Assert.Equal(new ProcessorTicks(10, 20, 30, 0), ProcStat.Parse("cpu 10 0 20 30\n")!.Total);

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("intr 1 2 3\ncpu 1 2 3 4\n")]
    public void Parse_OtherText_IsNull(string text) => Assert.Null(ProcStat.Parse(text));

    [Fact]
    public void Since_EarlierTicks_GivesPercentOfTheTimeBetween()
    {
        var share = new ProcessorTicks(130, 50, 260, 20).Since(new ProcessorTicks(100, 40, 200, 20));
        Assert.Equal(new ProcessorShare(30, 10, 0), share);
        Assert.Equal(40, share.Busy);
    }

    [Fact]
    public void Since_WaitingSteppedBack_CountsItAsZero() =>
        Assert.Equal(new ProcessorShare(50, 0, 0), new ProcessorTicks(110, 0, 110, 5).Since(new ProcessorTicks(100, 0, 100, 9)));

    [Fact]
    public void Since_NoTimeBetween_IsNothing()
    {
        var ticks = new ProcessorTicks(1, 2, 3, 4);
        Assert.Equal(default, ticks.Since(ticks));
    }
}
