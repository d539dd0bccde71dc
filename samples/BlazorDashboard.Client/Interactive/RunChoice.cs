using Tornadose.SignalR;

namespace BlazorDashboard.Interactive;

/// <summary>Where the components of the page run, and by what they read in the browser: a part of the page's address.</summary>
/// <param name="Run">What the address says of where they run.</param>
/// <param name="Wire">What the address says of the wire; null on the server, which reads in process.</param>
/// <param name="Name">What the page's switch calls it.</param>
public sealed record RunChoice(string Run, string? Wire, string Name)
{
    /// <summary>On the server, in process.</summary>
    public const string Server = "server";

    /// <summary>In the browser.</summary>
    public const string Browser = "browser";

    /// <summary>On the server until the browser has loaded what it needs.</summary>
    public const string Auto = "auto";

    private const string WireParameter = "wire=";

    private static readonly Dictionary<string, StoreTransport> Transports = new(StringComparer.Ordinal)
    {
        ["signalr"] = StoreTransport.SignalR,
        ["sse"] = StoreTransport.ServerSentEvents,
        ["websocket"] = StoreTransport.WebSocket,
    };

    /// <summary>What there is to choose from.</summary>
    public static IReadOnlyList<RunChoice> All { get; } =
    [
        new(Server, null, "Server, in process"),
        new(Browser, "signalr", "Browser, SignalR"),
        new(Browser, "sse", "Browser, SSE"),
        new(Browser, "websocket", "Browser, WebSocket"),
        new(Auto, "signalr", "Auto"),
    ];

    /// <summary>The page's address with this choice.</summary>
    public string Address => $"interactive?run={Run}{(Wire is null ? "" : $"&{WireParameter}{Wire}")}";

    /// <summary>The wire that an address names; SignalR, where it names none.</summary>
    public static StoreTransport TransportOf(string address)
    {
        var query = new Uri(address).Query.TrimStart('?').Split('&');
        var wire = Array.Find(query, static part => part.StartsWith(WireParameter, StringComparison.Ordinal));
        return Transports.GetValueOrDefault(wire?[WireParameter.Length..] ?? "", StoreTransport.SignalR);
    }
}
