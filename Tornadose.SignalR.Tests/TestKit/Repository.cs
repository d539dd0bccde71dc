using System.Reflection;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>Files of the repository that tests hold to their word.</summary>
internal static class Repository
{
    private static readonly string Root = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "Repository").Value!;

    public static string File(string path) => Path.Combine(Root, path);
}
