using System.Collections.Concurrent;
using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.TestKit;

[assembly: AssemblyFixture(typeof(DemoFixture))]

namespace Tornadose.SignalR.Tests.Samples;

/// <summary>
/// The demos, which are one file each: built once, when they are first asked for, as the SDK builds a file by itself, on the library as it
/// was built for these tests.
/// </summary>
public sealed class DemoFixture
{
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _builds = new();

    /// <summary>
    /// Where the demo was built: where the SDK puts programs of one file, as in a folder of its own the library would be looked for as
    /// well.
    /// </summary>
    internal Task<string> BuildAsync(string name) => _builds.GetOrAdd(name, static name => new(async () => (await DotNet.RunAsync(
        Repository.File(""), "build", $"samples/{name}.cs", "-c", Repository.Metadata("Configuration"), "-p:BuildProjectReferences=false",
        "--nologo", "-v", "q", "-t:Build", "-getProperty:TargetPath")).Trim())).Value;

    internal async Task<DashboardServer> StartAsync(string name, string[]? options = null) =>
        await DashboardServer.StartAsync(await BuildAsync(name), options ?? []);
}
