using System.Buffers.Binary;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.FileLogs;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.FileLogs;

/// <summary>What crashes and bad disks leave of a file, and what becomes of it.</summary>
public sealed class TornFileTests : IDisposable
{
    private static readonly MessageLogLimits Limits = new(100, 1 << 20);

    private readonly FileLogFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Open_LastRecordCutAnywhere_HasAllBeforeIt()
    {
        var positions = await _folder.FillAsync(3);
        var whole = await File.ReadAllBytesAsync(_folder.File());
        var record = RecordLength(whole, 3);
        for (var length = whole.Length - record; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(_folder.File(), whole[..length]);
            await AssertLastIsLostAsync(positions);
        }
    }

    [Fact]
    public async Task Open_AnyByteOfTheLastRecordChanged_HasAllBeforeIt()
    {
        var positions = await _folder.FillAsync(3);
        var whole = await File.ReadAllBytesAsync(_folder.File());
        for (var at = whole.Length - RecordLength(whole, 3); at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x5A;
            await File.WriteAllBytesAsync(_folder.File(), damaged);
            await AssertLastIsLostAsync(positions);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public async Task Open_ZerosOrGarbageAtTheEnd_AreCutOff(int length)
    {
        var positions = await _folder.FillAsync(3);
        var whole = await File.ReadAllBytesAsync(_folder.File());
        var garbage = new byte[length];
        foreach (var seed in new int?[] { null, 1, 2 })
        {
            if (seed is { } random)
                new Random(random).NextBytes(garbage);
            await File.WriteAllBytesAsync(_folder.File(), [.. whole, .. garbage]);
            Assert.Equal(("1 2 3", positions[2]), await ReadAsync());
            Assert.Equal(whole.Length, _folder.Bytes());
        }
    }

    [Fact]
    public async Task Open_DamageInTheMiddle_GoesOnAfterItAndSaysSo()
    {
        var positions = await _folder.FillAsync(5);
        var whole = await File.ReadAllBytesAsync(_folder.File());
        whole[^(RecordLength(whole, 5) * 3)] ^= 1;
        await File.WriteAllBytesAsync(_folder.File(), whole);
        var logs = new FakeLogCollector();
        await using var backplane = _folder.Open(logger: new FakeLogger(logs));
        await using var channel = backplane.Open("store", Limits);
        using var following = await channel.FollowAsync(default);
        Assert.Equal("4 5", channel.Log.OpenCursor(StartAt.Earliest).Read());
        Assert.Equal("5", channel.Log.OpenCursor(StartAt.After(positions[3])).Read());
        Assert.Equal("reset:expired@5", channel.Log.OpenCursor(StartAt.After(positions[1])).Read());
        Assert.Equal("reset:expired@5", channel.Log.OpenCursor(StartAt.After(positions[2])).Read());
        Assert.Equal((positions[0].Epoch, 6), Place(await channel.AppendAsync(FileLogFolder.Text("6"), null, default).WithTimeout()));
        Assert.Contains(logs.GetSnapshot(), static entry => entry.Id.Id == 41);
    }

    [Fact]
    public async Task Open_FileMissingInTheMiddle_GoesOnAfterIt()
    {
        await _folder.FillAsync(300, limits: new(1000, 1 << 20), configure: static options => options.SegmentBytes = 4096);
        Assert.InRange(_folder.Files().Length, 3, 100);
        File.Delete(_folder.Files()[1]);
        var (read, last) = await ReadAsync(1000);
        var first = int.Parse(read.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(string.Join(' ', Enumerable.Range(first, 301 - first)), read);
        Assert.Equal((300, true), ((int)last.Offset, first > 1));
    }

    [Fact]
    public async Task Open_BeginningOfTheOnlyFileDamaged_IsANewEpochAndTheFileIsKept()
    {
        var positions = await _folder.FillAsync(3);
        var path = _folder.File();
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[20] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        var (read, last) = await ReadAsync();
        Assert.Equal(("", 0), (read, last.Offset));
        Assert.NotEqual(positions[0].Epoch, last.Epoch);
        Assert.True(File.Exists(path + ".damaged"));
        Assert.Equal(1, (await _folder.FillAsync(1))[0].Offset);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task Open_NewFileWithoutItsBeginning_GoesOnWithTheLast(int length)
    {
        var positions = await _folder.FillAsync(3);
        await File.WriteAllBytesAsync(Path.Combine(Path.GetDirectoryName(_folder.File())!, "0000000000000000004.log"), new byte[length]);
        Assert.Equal(("1 2 3", positions[2]), await ReadAsync());
        Assert.Equal(4, (await _folder.FillAsync(1, first: 4))[0].Offset);
        Assert.Equal("1 2 3 4", (await ReadAsync()).Read);
    }

    [Fact]
    public async Task Open_PayloadThatLooksLikeARecord_IsNotTakenForOne()
    {
        await _folder.FillAsync(1);
        var forged = (await File.ReadAllBytesAsync(_folder.File()))[^RecordLength(await File.ReadAllBytesAsync(_folder.File()), 1)..];
        forged[12] = 9; // another offset
        BinaryPrimitives.WriteUInt32LittleEndian(forged.AsSpan(4), Checksum.Of(0, forged.AsSpan(8))); // whoever does not know the seed cannot make it fit
        await using (var backplane = _folder.Open())
        {
            await using var channel = backplane.Open("store", Limits);
            await channel.AppendAsync(new MessageContent(forged, MessageFormat.Text, null), null, default).WithTimeout();
        }

        var bytes = await File.ReadAllBytesAsync(_folder.File());
        bytes[^(forged.Length + 20)] ^= 1; // the record around it
        await File.WriteAllBytesAsync(_folder.File(), bytes);
        Assert.Equal("1", (await ReadAsync()).Read);
    }

    private static (ulong Epoch, int Offset) Place(MessagePosition position) => (position.Epoch, (int)position.Offset);

    /// <summary>How long each of a file's records is, when all are equally long.</summary>
    private static int RecordLength(byte[] file, int count)
    {
        Assert.True(SegmentHeader.TryRead(file, out var header));
        return (file.Length - header.Length) / count;
    }

    /// <summary>The two messages before it are there, ids of it are a rollback, and the next message takes its place.</summary>
    private async Task AssertLastIsLostAsync(MessagePosition[] positions)
    {
        await using var backplane = _folder.Open(configure: static options => options.Flush = FileLogFlush.Never);
        await using var channel = backplane.Open("store", Limits);
        using var following = await channel.FollowAsync(default).WithTimeout();
        Assert.Equal(("1 2", positions[1]), (channel.Log.OpenCursor(StartAt.Earliest).Read(), channel.Log.Position));
        var next = await channel.AppendAsync(FileLogFolder.Text("new"), null, default).WithTimeout();
        Assert.Equal(positions[2].Offset, next.Offset);
        Assert.Equal("reset:rollback@3", channel.Log.OpenCursor(StartAt.After(positions[2])).Read());
        Assert.Equal("new", channel.Log.OpenCursor(StartAt.After(positions[1])).Read());
    }

    private async Task<(string Read, MessagePosition Last)> ReadAsync(int capacity = 100)
    {
        await using var backplane = _folder.Open();
        await using var channel = backplane.Open("store", Limits with { Capacity = capacity });
        using var following = await channel.FollowAsync(default).WithTimeout();
        return (channel.Log.OpenCursor(StartAt.Earliest).Read(), channel.Log.Position);
    }
}
