using BlazorDashboard.Proc;

namespace Tornadose.SignalR.Tests.Samples;

public sealed class ProcLoadAvgTests
{
    [Fact]
    public void Parse_ThreeMeans_TakesTheFirst() => Assert.Equal(2.91, ProcLoadAvg.Parse("2.91 1.09 0.46 1/81 4451\n"));

    [Theory]
    [InlineData("")]
    [InlineData("high")]
    public void Parse_OtherText_IsNull(string text) => Assert.Null(ProcLoadAvg.Parse(text));
}
