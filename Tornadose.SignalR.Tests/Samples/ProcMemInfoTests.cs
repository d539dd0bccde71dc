using BlazorDashboard.Proc;

namespace Tornadose.SignalR.Tests.Samples;

public sealed class ProcMemInfoTests
{
    [Fact]
    public void Parse_Kibibytes_GivesBytes()
    {
        var memory = ProcMemInfo.Parse("""
            MemTotal:       1000 kB
            MemFree:         300 kB
            MemAvailable:    600 kB
            Buffers:          10 kB
            Cached:          200 kB
            SReclaimable:     40 kB
            SwapTotal:       500 kB
            SwapFree:        480 kB
            HugePages_Total:   0
            """);
        Assert.Equal(new ProcMemInfo(1000 << 10, 600 << 10, 250 << 10, 500 << 10, 480 << 10), memory);
    }

    [Fact]
    public void Parse_KernelWithoutAvailable_TakesFreeAndCached()
    {
        var memory = ProcMemInfo.Parse("MemTotal: 1000 kB\nMemFree: 300 kB\nCached: 200 kB\n");
        Assert.Equal(500 << 10, memory!.Available);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Nothing: 1 kB")]
    public void Parse_WithoutTotal_IsNull(string text) => Assert.Null(ProcMemInfo.Parse(text));
}
