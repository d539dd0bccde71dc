using BlazorDashboard.Components.Charts;

namespace Tornadose.SignalR.Tests.Samples;

public sealed class ChartScaleTests
{
    private static readonly ChartScale Scale = new(End: 10_000, Window: 10_000, Gap: 3000, Max: 10);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.4, 1)]
    [InlineData(1.2, 2)]
    [InlineData(2, 2)]
    [InlineData(4.9, 5)]
    [InlineData(7, 10)]
    [InlineData(10, 10)]
    [InlineData(180_000_000, 200_000_000)]
    public void RoundMax_Highest_IsTheNextRoundNumber(double highest, double max) =>
        Assert.Equal(max, ChartScale.RoundMax(highest, least: 1), 6);

    [Fact]
    public void Line_Points_GoFromTheLowerLeft() =>
        Assert.Equal("M0.0 100.0L100.0 50.0L200.0 0.0", Scale.Line([0, 1000, 2000], [0, 5, 12]));

    [Fact]
    public void Line_SomethingMissing_IsBroken() =>
        Assert.Equal("M0.0 90.0L300.0 90.0M700.0 90.0", Scale.Line([0, 1000, 3000, 7000], [1, null, 1, 1]));

    [Fact]
    public void Line_OlderThanTheWindow_IsLeftOut() => Assert.Equal("M0.0 90.0", Scale.Line([-1, 0], [1, 1]));

    [Fact]
    public void Area_EachRun_IsClosedAtTheFoot() =>
        Assert.Equal(
            "M0.0 100.0L0.0 90.0L100.0 80.0L100.0 100.0ZM900.0 100.0L900.0 90.0L900.0 100.0Z", Scale.Area([0, 1000, 9000], [1, 2, 1]));

    [Fact]
    public void Line_NoValues_IsEmpty() => Assert.Equal("", Scale.Line([], []));
}
