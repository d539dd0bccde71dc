using BlazorDashboard.Proc;

namespace Tornadose.SignalR.Tests.Samples;

public sealed class ProcNetDevTests
{
    private const string Headings = """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed

        """;

    [Fact]
    public void Parse_Interfaces_GivesBytesInAndOut()
    {
        var interfaces = ProcNetDev.Parse(Headings + """
                lo:    3245      30    0    0    0     0          0         0     3245      30    0    0    0     0       0          0
              eth0: 187433838  3912    0    0    0     0          0         0   185610    2301    0    0    0     0       0          0
            """);
        Assert.Equal([new("lo", 3245, 3245), new("eth0", 187433838, 185610)], interfaces);
    }

    [Fact]
    public void Parse_NoBlankAfterTheColon_IsTheSame() =>
        Assert.Equal([new("eth0", 4294967296, 7)], ProcNetDev.Parse("eth0:4294967296 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0"));

    [Fact]
    public void Parse_Alias_KeepsItsColon() =>
        Assert.Equal("eth0:1", Assert.Single(ProcNetDev.Parse("eth0:1: 1 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0")).Name);

    [Fact]
    public void Parse_HeadingsAlone_IsEmpty() => Assert.Empty(ProcNetDev.Parse(Headings));
}
