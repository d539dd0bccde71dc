using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.FileLogs;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.FileLogs;

public sealed class FileLogLimitsTests : IDisposable
{
    private readonly FileLogFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(10, 1 << 20)]
    [InlineData(1, 1 << 20)]
    [InlineData(0, 1 << 20)]
    [InlineData(100_000, 2_000)]
    public async Task Files_ManyMessages_AreBoundedByWhatIsKept(int capacity, long maxBytes)
    {
        await _folder.FillAsync(2_000, limits: new(capacity, maxBytes), configure: Small);
        Assert.InRange(_folder.Files().Length, 1, 12);
        Assert.InRange(_folder.Bytes(), 1, 60_000);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(100)]
    [InlineData(0)]
    public async Task Restart_OtherCapacity_KeepsWhatThereIsAndGoesOn(int capacity)
    {
        var positions = await _folder.FillAsync(50, limits: new(20, 1 << 20));
        await using var backplane = _folder.Open();
        await using var channel = backplane.Open("store", new(capacity, 1 << 20));
        using var following = await channel.FollowAsync(default).WithTimeout();
        Assert.Equal(positions[^1], channel.Log.Position);
        Assert.Equal(Math.Min(capacity, 50), channel.Log.GetSnapshot().Messages.Count); // the file has all fifty still
        Assert.Equal(51, (await channel.AppendAsync(FileLogFolder.Text("51"), null, default).WithTimeout()).Offset);
    }

    [Fact]
    public async Task MaxAge_OverARestart_CountsFromWhenTheMessageCame()
    {
        var time = new FakeTimeProvider();
        var limits = new MessageLogLimits(100, 1 << 20, TimeSpan.FromMinutes(10));
        await _folder.FillAsync(2, limits: limits, time: time);
        time.Advance(TimeSpan.FromMinutes(6));
        var positions = await _folder.FillAsync(1, first: 3, limits: limits, time: time);
        time.Advance(TimeSpan.FromMinutes(6));
        await using var backplane = _folder.Open(time);
        await using var channel = backplane.Open("store", limits);
        using var following = await channel.FollowAsync(default).WithTimeout();
        Assert.Equal("3", channel.Log.OpenCursor(StartAt.Earliest).Read());
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("", channel.Log.OpenCursor(StartAt.Earliest).Read());
        Assert.Equal("", channel.Log.OpenCursor(StartAt.After(positions[0])).Read()); // the position itself is known for good
    }

    [Fact]
    public async Task MaxAge_QuietStore_LeavesNothingOfItsMessagesOnTheDisk()
    {
        var time = new FakeTimeProvider();
        var limits = new MessageLogLimits(100, 1 << 20, TimeSpan.FromMinutes(10));
        await using var backplane = _folder.Open(time);
        await using var channel = backplane.Open("store", limits);
        var position = await channel.AppendAsync(FileLogFolder.Text("secret"), null, default).WithTimeout();
        time.Advance(TimeSpan.FromMinutes(11));
        await Eventually.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return _folder.Files().All(static file => !ReadShared(file).Contains("secret", StringComparison.Ordinal));
        });
        Assert.Equal(2, (await channel.AppendAsync(FileLogFolder.Text("next"), null, default).WithTimeout()).Offset);
        Assert.Equal(1, position.Offset);
    }

    [Fact]
    public async Task IdempotencyKey_OverARestart_LastsFiveMinutesInAll()
    {
        var time = new FakeTimeProvider();
        var first = await AppendWithKeyAsync(time);
        time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(first, await AppendWithKeyAsync(time));
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.NotEqual(first, await AppendWithKeyAsync(time));
    }

    [Fact]
    public async Task Open_StoreNobodyPublishesTo_LeavesNothingOnTheDisk()
    {
        await using var backplane = _folder.Open();
        await using var channel = backplane.Open("devices/1", new(10, 1 << 20));
        using var following = await channel.FollowAsync(default).WithTimeout();
        Assert.Equal(["lock"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task QuietStores_HoldNoFileOpen()
    {
        var time = new FakeTimeProvider();
        await using var backplane = _folder.Open(time);
        var channels = new List<IBackplaneChannel>();
        for (var i = 0; i < 50; i++)
        {
            channels.Add(backplane.Open($"devices/{i}", new(10, 1 << 20)));
            await channels[i].AppendAsync(FileLogFolder.Text("x"), null, default).WithTimeout();
        }

        await Eventually.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return OpenFiles() == 0;
        });
        foreach (var channel in channels)
            Assert.Equal(2, (await channel.AppendAsync(FileLogFolder.Text("y"), null, default).WithTimeout()).Offset);
    }

    private static void Small(FileLogOptions options) => (options.SegmentBytes, options.Flush) = (4096, FileLogFlush.Never);

    private static string ReadShared(string path)
    {
        try
        {
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            return reader.ReadToEnd();
        }
        catch (FileNotFoundException)
        {
            return ""; // it went between two looks
        }
    }

    private int OpenFiles() => Directory.GetFiles("/proc/self/fd").Select(Target)
        .Count(target => target?.StartsWith(_folder.Path, StringComparison.Ordinal) == true && target.EndsWith(".log", StringComparison.Ordinal));

    private static string? Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (IOException)
        {
            return null; // closed between two looks
        }
    }

    private async Task<MessagePosition> AppendWithKeyAsync(TimeProvider time)
    {
        await using var backplane = _folder.Open(time);
        await using var channel = backplane.Open("store", new(10, 1 << 20));
        return await channel.AppendAsync(FileLogFolder.Text("x"), "key", default).WithTimeout();
    }
}
