using System.IO.Compression;
using Tornadose.SignalR.Tests.Packaging;
using Tornadose.SignalR.Tests.TestKit;

[assembly: AssemblyFixture(typeof(PackageFixture))]

namespace Tornadose.SignalR.Tests.Packaging;

/// <summary>The packages, packed once from the build output, in a folder that serves as a feed.</summary>
public sealed class PackageFixture : IAsyncDisposable
{
    private readonly DirectoryInfo _feed = Directory.CreateTempSubdirectory("tornadose-feed");
    private readonly Lazy<Task> _packing;

    public PackageFixture() => _packing = new(() => DotNet.RunAsync(
        Repository.File(""), "pack", "Tornadose.sln", "--no-build", "--nologo", "-c", Repository.Metadata("Configuration"),
        "-o", Feed, "-v", "q"));

    public string Feed => _feed.FullName;

    public Task PackAsync() => _packing.Value;

    /// <summary>Opens a package, or its symbol package.</summary>
    public async Task<ZipArchive> OpenAsync(string id, string extension = "nupkg")
    {
        await PackAsync();
        return ZipFile.OpenRead(Assert.Single(Directory.GetFiles(Feed, $"{id}.0.*.{extension}")));
    }

    public ValueTask DisposeAsync()
    {
        _feed.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
