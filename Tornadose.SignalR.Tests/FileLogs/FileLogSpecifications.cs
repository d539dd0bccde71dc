using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.FileLogs;

namespace Tornadose.SignalR.Tests.FileLogs;

/// <summary>The backplane by itself, and over a restart; each message is on the disk before it is accepted.</summary>
public sealed class FileLogBackplaneSpecification : DurableBackplaneSpecification<IBackplane>, IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("tornadose-files");
    private string _folder = "";

    public void Dispose() => _root.Delete(recursive: true);

    protected override Task<IBackplane> CreateAsync()
    {
        _folder = Path.Combine(_root.FullName, Path.GetRandomFileName());
        return ReopenAsync(null!);
    }

    protected override Task<IBackplane> ReopenAsync(IBackplane closed) => Task.FromResult<IBackplane>(FileLogFolder.Open(_folder));
}

/// <summary>Stores in files.</summary>
public sealed class FileLogStoreSpecification : StoreSpecification<FileLogStoreFixture>;

/// <summary>Makes those stores. Flushes would make the same messages slower, and show nothing more.</summary>
public sealed class FileLogStoreFixture : StoreFixture
{
    private readonly FileLogFolder _folder = new();
    private readonly FileLogBackplane _backplane;

    public FileLogStoreFixture() => _backplane = _folder.Open(configure: static options => (options.Flush, options.SegmentBytes) = (FileLogFlush.Interval, 16 * 1024));

    public override IBackplane Backplane => _backplane;

    public override int HeavyLoad => 10_000;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _backplane.DisposeAsync();
        _folder.Dispose();
    }
}
