using BlazorDashboard.Metrics;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Samples;

public sealed class MetricsReaderTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly ProcFolder _proc = new();

    public void Dispose() => _proc.Dispose();

    [Fact]
    public void Cpu_SecondReading_GivesTotalsAndCores()
    {
        var reader = new CpuReader(_proc.Files, _clock);
        _proc.Write("loadavg", "0.25 0.10 0.05 1/81 4451\n");
        _proc.Write("stat", "cpu 100 0 100 800 0 0 0 0\ncpu0 50 0 50 400 0 0 0 0\ncpu1 50 0 50 400 0 0 0 0\n");
        Assert.Null(reader.Read());
        _proc.Write("stat", "cpu 130 0 110 950 10 0 0 0\ncpu0 80 0 60 460 0 0 0 0\ncpu1 50 0 50 490 10 0 0 0\n");
        var cpu = reader.Read();
        Assert.NotNull(cpu);
        Assert.Equal((20, 15, 5, 5), (cpu.Total, cpu.User, cpu.System, cpu.Waiting));
        Assert.Equal([40, 0], cpu.Cores);
        Assert.Equal(0.25, cpu.Load);
        Assert.True(cpu.WholeMachine);
    }

    [Fact]
    public void Cpu_WithoutProc_MeasuresThisProcess()
    {
        var reader = new CpuReader(_proc.Files, _clock);
        Assert.Null(reader.Read());
        _clock.Advance(TimeSpan.FromSeconds(1));
        var cpu = reader.Read();
        Assert.NotNull(cpu);
        Assert.InRange(cpu.Total, 0, 100);
        Assert.Empty(cpu.Cores);
        Assert.False(cpu.WholeMachine);
    }

    [Fact]
    public void Memory_Proc_GivesWhatIsNotAvailable()
    {
        _proc.Write("meminfo", "MemTotal: 1000 kB\nMemAvailable: 600 kB\nCached: 100 kB\nSwapTotal: 50 kB\nSwapFree: 20 kB\n");
        var memory = new MemoryReader(_proc.Files, _clock).Read();
        Assert.Equal(new MemoryMetrics(_clock.GetUtcNow().ToUnixTimeMilliseconds(), 1024000, 409600, 40, 102400, 51200, 30720), memory);
    }

    [Fact]
    public void Memory_WithoutProc_AsksTheCollector()
    {
        GC.Collect();
        var memory = new MemoryReader(_proc.Files, _clock).Read();
        Assert.NotNull(memory);
        Assert.InRange(memory.UsedPercent, 0, 100);
        Assert.True(memory.Total > 0);
    }

    [Fact]
    public void Network_SecondReading_LeavesTheLoopbackOutOfTheSum()
    {
        var reader = new NetworkReader(_proc.Files, _clock);
        WriteNetwork(lo: 1000, eth: 5000);
        Assert.Null(reader.Read());
        WriteNetwork(lo: 3000, eth: 5500);
        _clock.Advance(TimeSpan.FromSeconds(2));
        var network = reader.Read();
        Assert.NotNull(network);
        Assert.Equal((250, 125), (network.Received, network.Sent));
        Assert.Equal([new("eth0", 250, 125), new("lo", 1000, 500)], network.Interfaces);
    }

    [Fact]
    public void Network_WithoutProc_AsksTheFramework()
    {
        var reader = new NetworkReader(_proc.Files, _clock);
        reader.Read();
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.All(reader.Read()?.Interfaces ?? [], item => Assert.True(item.Received >= 0 && item.Sent >= 0));
    }

    [Fact]
    public void Disk_SecondReading_SumsDisksAndTakesTheBusiest()
    {
        var reader = new DiskReader(_proc.Files, _clock);
        WriteDisks(read: 0, written: 0, busy: 0);
        Assert.Null(reader.Read());
        WriteDisks(read: 4, written: 2, busy: 300);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var disk = reader.Read();
        Assert.NotNull(disk);
        Assert.Equal((4096.0, 2048.0, 30.0), (disk.Read, disk.Written, disk.Busy));
    }

    [Fact]
    public void Disk_WithoutProc_HasVolumesAndNoRates()
    {
        var reader = new DiskReader(_proc.Files, _clock);
        reader.Read();
        var disk = reader.Read();
        Assert.NotNull(disk);
        Assert.Equal((null, null, null), (disk.Read, disk.Written, disk.Busy));
        Assert.All(disk.Volumes, volume => Assert.InRange(volume.UsedPercent, 0, 100));
    }

    [Fact]
    public void Pulse_SecondReading_HasAllocations()
    {
        var reader = new PulseReader(_clock);
        Assert.Null(reader.Read());
        GC.KeepAlive(new byte[1 << 20]);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True(reader.Read()!.Allocated >= 1 << 20);
    }

    [Fact]
    public void Processes_SecondReading_GivesThoseThatTakeMostOfTheProcessor()
    {
        var reader = new ProcessReader(_proc.Files, _clock);
        _proc.Write("stat", "cpu 100 0 100 800 0 0 0 0\n");
        WriteProcess(7, "busy one", ticks: 100);
        WriteProcess(8, "ends) (soon", ticks: 5);
        for (var idle = 100; idle < 120; idle++)
            WriteProcess(idle, "idle", ticks: 1);
        Assert.Null(reader.Read());
        _proc.Write("stat", "cpu 130 0 110 1060 0 0 0 0\n");
        WriteProcess(7, "busy one", ticks: 130);
        WriteProcess(8, "another", ticks: 3, started: 2);
        WriteProcess(9, "new", ticks: 15);
        _proc.Write("10/status", "has just ended");
        var processes = reader.Read();
        Assert.NotNull(processes);
        Assert.Equal(ProcessReader.Most, processes.Count);
        Assert.Equal(
            [("7", "busy one", 10), ("9", "new", 5), ("8", "another", 1)],
            processes.Take(3).Select(process => (process.Key, process.Value.Name, process.Value.Cpu)));
        Assert.Equal((3, 2L * Environment.SystemPageSize), (processes["7"].Threads, processes["7"].Memory));
    }

    [Fact]
    public void Processes_WithoutProc_AreThisOne()
    {
        var reader = new ProcessReader(_proc.Files, _clock);
        Assert.Null(reader.Read());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal($"{Environment.ProcessId}", Assert.Single(reader.Read()!).Key);
    }

    private void WriteProcess(int number, string name, long ticks, long started = 1) => _proc.Write(
        $"{number}/stat", $"{number} ({name}) S 1 1 1 0 -1 4194304 0 0 0 0 {ticks - 1} 1 0 0 20 0 3 0 {started} 1000000 2 0 0\n");

    private void WriteNetwork(long lo, long eth) => _proc.Write("net/dev", $"""
        lo: {lo} 1 0 0 0 0 0 0 {lo / 2} 1 0 0 0 0 0 0
        eth0: {eth} 1 0 0 0 0 0 0 {eth / 2} 1 0 0 0 0 0 0
        none: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
        """);

    private void WriteDisks(long read, long written, long busy) => _proc.Write("diskstats", $"""
        8 0 sda 1 0 {read} 0 1 0 {written} 0 0 {busy} 0
        8 1 sda1 1 0 {read} 0 1 0 {written} 0 0 {busy} 0
        8 16 sdb 1 0 {read} 0 1 0 {written} 0 0 {busy / 2} 0
        """);
}
