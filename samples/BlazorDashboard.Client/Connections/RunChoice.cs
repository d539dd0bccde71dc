using Tornadose.SignalR;

namespace BlazorDashboard.Connections;

/// <summary>Where the components of the page run, and over which wire they read there: a part of the page's address.</summary>
/// <param name="Run">Where they run, as in the address.</param>
/// <param name="Wire">The wire, as in the address; null on the server, which reads in process.</param>
/// <param name="Name">What the page's switch calls it.</param>
/// <param name="Description">The same in a sentence.</param>
public sealed record RunChoice(string Run, string? Wire, string Name, string Description)
{
    /// <summary>On the server, in process.</summary>
    public const string Server = "server";

    /// <summary>In the browser.</summary>
    public const string Browser = "browser";

    /// <summary>On the server until the browser has loaded what it needs.</summary>
    public const string Auto = "auto";

    private static readonly Dictionary<string, StoreTransport> Transports = new(StringComparer.Ordinal)
    {
        ["signalr"] = StoreTransport.SignalR,
        ["sse"] = StoreTransport.ServerSentEvents,
        ["websocket"] = StoreTransport.WebSocket,
    };

    /// <summary>The available choices; the first one is the default for an address without a choice.</summary>
    public static IReadOnlyList<RunChoice> All { get; } =
    [
        new(Server, null, "In process", "On the server, which reads the stores in process"),
        new(Browser, "signalr", "SignalR", "In the browser, over SignalR"),
        new(Browser, "sse", "SSE", "In the browser, over Server-Sent Events"),
        new(Browser, "websocket", "WebSocket", "In the browser, over a WebSocket"),
        new(Auto, "signalr", "Auto", "On the server until the browser has loaded the components, then there over SignalR"),
    ];

    /// <summary>The page's address with this choice.</summary>
    public string Address => Run == Server ? "." : $"?run={Run}&wire={Wire}";

    /// <summary>The wire as the client's options name it.</summary>
    public StoreTransport Transport => Transports.GetValueOrDefault(Wire ?? "", StoreTransport.SignalR);

    /// <summary>The choice that an address makes.</summary>
    public static RunChoice Of(string? run, string? wire) =>
        All.FirstOrDefault(choice => choice.Run == run && choice.Wire == wire) ?? All[0];

    /// <summary>The choice that the page's whole address makes.</summary>
    public static RunChoice OfAddress(string address)
    {
        var query = new Uri(address).Query;
        return All.FirstOrDefault(choice => choice.Address == query) ?? All[0];
    }
}
