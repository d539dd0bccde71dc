using System.Reflection;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>The files of the repository, for tests that check them.</summary>
internal static class Repository
{
    private static readonly string Root = Metadata("Repository");

    public static string File(string path) => Path.Combine(Root, path);

    /// <summary>A value that the build of the test project has stored in the assembly's metadata.</summary>
    public static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == key).Value!;
}
