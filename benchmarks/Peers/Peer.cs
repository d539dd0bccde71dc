using Tornadose.Benchmarks.Load;

namespace Tornadose.Benchmarks.Peers;

/// <summary>A way to fan out, which is compared with others.</summary>
/// <param name="Name">The name in the results.</param>
/// <param name="Server">The server's kind and options; <c>nchan</c> and <c>redis</c> are programs of others.</param>
/// <param name="Protocol">The subscribers' protocol.</param>
/// <param name="SubscribePath">Where they subscribe.</param>
/// <param name="PublishPath">Where messages are published.</param>
internal sealed record Peer(string Name, string Server, SubscriberProtocol Protocol, string SubscribePath, string PublishPath)
{
    private const string FloorKind = "floor";
    private const string RedisKind = "redis";

    public static readonly Peer Sse = new("SSE", "tornadose", SubscriberProtocol.Sse, "/stores/bench", "/publish/bench");
    public static readonly Peer JsonLines = Sse with { Name = "JSON lines", Protocol = SubscriberProtocol.JsonLines };
    public static readonly Peer WebSocket = Sse with { Name = "WebSocket", Protocol = SubscriberProtocol.WebSocket };
    public static readonly Peer Hub = Sse with { Name = "hub", Protocol = SubscriberProtocol.HubJson, SubscribePath = "/hub" };
    public static readonly Peer SseDirect = Direct(Sse);
    public static readonly Peer WebSocketDirect = Direct(WebSocket);
    public static readonly Peer HubDirect = Direct(Hub);
    public static readonly Peer HubBinary = Hub with { Name = "hub, binary", Protocol = SubscriberProtocol.HubBinary };

    public static readonly Peer Group = new("Clients.Group", "group", SubscriberProtocol.HubJson, "/hub", "/publish");
    public static readonly Peer Handmade = new("hand-made SSE", "handmade-sse", SubscriberProtocol.Sse, "/text", "/publish");
    public static readonly Peer HandmadeJson = Handmade with { SubscribePath = "/json" };
    public static readonly Peer NchanSse = new("nchan SSE", NchanServer.Kind, SubscriberProtocol.Sse, "/sub", "/pub");
    public static readonly Peer NchanWebSocket = NchanSse with { Name = "nchan WebSocket", Protocol = SubscriberProtocol.WebSocket };
    public static readonly Peer Floor = new("bare sockets", FloorKind, SubscriberProtocol.Sse, "/", "/publish");
    public static readonly Peer Redis = Sse with { Name = "Redis", Server = RedisKind };
    public static readonly Peer BareKestrel = new("bare Kestrel", "held", SubscriberProtocol.Sse, "/bare", "/publish");
    public static readonly Peer Download = new("Kestrel", "download", SubscriberProtocol.Sse, "/", "/");
    public static readonly Peer DownloadDirect = Direct(Download);
    public static readonly Peer Held = new("held response", "held", SubscriberProtocol.Sse, "/held", "/publish");

    /// <summary>Whether the server runs on .NET, and reports on its process.</summary>
    public bool IsManaged => Server is not NchanServer.Kind and not RedisKind and not FloorKind;

    public LoadTarget TargetOn(int port) => new(port, Protocol, SubscribePath, PublishPath);

    public RunningServer Start(string options) => Server switch
    {
        NchanServer.Kind => NchanServer.Start(),
        RedisKind => ForeignServer.StartRedis(),
        _ => RunningServer.StartOwn($"{Server} {options}"),
    };

    /// <summary>The same with <c>UseDirectSend()</c>.</summary>
    private static Peer Direct(Peer peer) => peer with { Name = $"{peer.Name}, direct", Server = $"{peer.Server} --direct" };
}
