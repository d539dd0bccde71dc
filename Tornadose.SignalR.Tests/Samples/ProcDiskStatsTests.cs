using BlazorDashboard.Proc;

namespace Tornadose.SignalR.Tests.Samples;

public sealed class ProcDiskStatsTests
{
    [Fact]
    public void Parse_Disk_CountsSectorsOf512Bytes() =>
        Assert.Equal(
            [new("vda", 2982282L * 512, 1718520L * 512, 6392)],
            ProcDiskStats.Parse(
                " 254       0 vda 31320 7546 2982282 8991 6119 7244 1718520 3636 0 6392 12946 3511 45 337104 275 891 43\n"));

    [Theory]
    [InlineData("sda", true)]
    [InlineData("sdaa", true)]
    [InlineData("xvdb", true)]
    [InlineData("nvme0n1", true)]
    [InlineData("mmcblk0", true)]
    [InlineData("sda1", false)]
    [InlineData("nvme0n1p2", false)]
    [InlineData("mmcblk0p1", false)]
    [InlineData("mmcblk0boot0", false)]
    [InlineData("loop0", false)]
    [InlineData("ram0", false)]
    [InlineData("zram0", false)]
    [InlineData("dm-0", false)]
    [InlineData("md127", false)]
    [InlineData("sr0", false)]
    public void Parse_Device_CountsOnlyWholeDisks(string name, bool counts) =>
        Assert.Equal(counts, ProcDiskStats.Parse($"8 0 {name} 1 2 3 4 5 6 7 8 9 10 11").Count == 1);

    [Theory]
    [InlineData("")]
    [InlineData("8 0 sda 1 2 3 4")]
    public void Parse_ShortLine_IsPassedOver(string text) => Assert.Empty(ProcDiskStats.Parse(text));
}
