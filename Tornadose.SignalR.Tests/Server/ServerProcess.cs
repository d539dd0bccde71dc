using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Server;

/// <summary>The stand-alone server as a separate process, with the stores <c>orders</c>, <c>weather</c> and <c>devices/{id}</c>.</summary>
internal static class ServerProcess
{
    /// <summary>A key that permits everything.</summary>
    public const string Key = "everything-is-allowed";

    /// <summary>A key that permits reading <c>orders</c> and publishing to <c>devices/…</c>.</summary>
    public const string DeviceKey = "devices-may-publish";

    private static readonly string[] Settings =
    [
        "--Server:Stores:orders=queue", "--Server:Stores:weather=data", "--Server:Stores:devices/{id}=queue",
        $"--Server:Keys:all:Secret={Key}", "--Server:Keys:all:Read:0=*", "--Server:Keys:all:Publish:0=*",
        "--Server:Keys:all:Operator=true",
        $"--Server:Keys:device:Secret={DeviceKey}", "--Server:Keys:device:Read:0=orders", "--Server:Keys:device:Publish:0=devices/*",
    ];

    public static string Program { get; } = Repository.Metadata("ServerProgram");

    public static Task<DashboardServer> StartAsync(params string[] options) =>
        DashboardServer.StartAsync(Program, [.. Settings, "--Server:AnonymousReaders=true", .. options]);

    public static Task<DashboardServer> StartGuardedAsync() => DashboardServer.StartAsync(Program, Settings);
}
