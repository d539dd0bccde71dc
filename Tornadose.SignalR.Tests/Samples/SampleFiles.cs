using System.Reflection;

namespace Tornadose.SignalR.Tests.Samples;

/// <summary>The locations of the dashboard's sources and of its build output.</summary>
internal static class SampleFiles
{
    public static string Program { get; } = typeof(SampleFiles).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "DashboardProgram").Value!;

    public static string Sources { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Program)!, "../../.."));

    public static string TestClients { get; } = typeof(SampleFiles).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "NodeClients").Value!;
}
