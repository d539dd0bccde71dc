using System.Reflection;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>Files of the repository that tests hold to their word.</summary>
internal static class Repository
{
    private static readonly string Root = Metadata("Repository");

    public static string File(string path) => Path.Combine(Root, path);

    /// <summary>What the test project's build has written down.</summary>
    public static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == key).Value!;
}
