using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.JavaScript;

/// <summary>The script, and the files of its tests.</summary>
internal static class ScriptFiles
{
    public static readonly string Module = Repository.File("Tornadose.SignalR/wwwroot/tornadose.js");
    public static readonly string Source = Repository.File("clients/javascript");
    public static readonly string Clients = Repository.File("Tornadose.SignalR.Tests/TestKit/Node");
    public static readonly string Tests = Repository.File("Tornadose.SignalR.Tests/JavaScript");

    /// <summary>The script with which pages of other tests follow stores.</summary>
    public static readonly string Follow = Path.Combine(Clients, "follow.mjs");

    public static readonly string SignalR = Path.Combine(Clients, "node_modules/@microsoft/signalr/dist/browser/signalr.min.js");
}
