using System.Collections.Concurrent;
using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.TestKit;

[assembly: AssemblyFixture(typeof(DemoFixture))]

namespace Tornadose.SignalR.Tests.Samples;

/// <summary>The demos, which are one file each: built once, when they are first asked for, as the SDK builds a file by itself, on the library as it was built for these tests.</summary>
public sealed class DemoFixture : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tornadose-demos");
    private readonly ConcurrentDictionary<string, Lazy<Task>> _builds = new();

    /// <summary>Where the demo was built.</summary>
    internal async Task<string> BuildAsync(string name)
    {
        var output = Path.Combine(_folder.FullName, name);
        await _builds.GetOrAdd(name, _ => new(() => DotNet.RunAsync(
            Repository.File(""), "build", $"samples/{name}.cs", "-c", Repository.Metadata("Configuration"), "-o", output, "-p:BuildProjectReferences=false", "--nologo", "-v", "q"))).Value;
        return Path.Combine(output, $"{name}.dll");
    }

    internal async Task<DashboardServer> StartAsync(string name, string[]? options = null, int? fileLimit = null) => await DashboardServer.StartAsync(await BuildAsync(name), options ?? [], fileLimit);

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
