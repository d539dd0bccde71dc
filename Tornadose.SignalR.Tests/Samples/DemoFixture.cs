using System.Collections.Concurrent;
using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.TestKit;

[assembly: AssemblyFixture(typeof(DemoFixture))]

namespace Tornadose.SignalR.Tests.Samples;

/// <summary>
/// The demos, each a single file. A demo is built on first use, as the SDK builds a file-based program, against the library as built for
/// these tests.
/// </summary>
public sealed class DemoFixture
{
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _builds = new();

    /// <summary>
    /// Builds a demo and returns its path. It is built where the SDK puts file-based programs: with an output folder of its own, the SDK
    /// would look for the library there as well.
    /// </summary>
    internal Task<string> BuildAsync(string name) => _builds.GetOrAdd(name, static name => new(async () => (await DotNet.RunAsync(
        Repository.File(""), "build", $"samples/{name}.cs", "-c", Repository.Metadata("Configuration"), "-p:BuildProjectReferences=false",
        "--nologo", "-v", "q", "-t:Build", "-getProperty:TargetPath")).Trim())).Value;

    internal async Task<DashboardServer> StartAsync(string name, string[]? options = null) =>
        await DashboardServer.StartAsync(await BuildAsync(name), options ?? []);
}
