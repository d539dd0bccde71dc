using Tornadose.Benchmarks.Load;
using Tornadose.Benchmarks.Peers;

namespace Tornadose.Benchmarks.Scenarios;

/// <summary>What is measured. The names are those of the command line and of the results.</summary>
internal static class AllScenarios
{
    public const string Live = "live";
    public const string NoneStalled = "none stalled";
    public const string Stalled = "5 % stalled";
    public const string GroupNoneStalled = "Clients.Group, none stalled";
    public const string GroupStalled = "Clients.Group, 5 % stalled";
    public const string NobodyWaits = "nobody waits";
    public const string OneByOne = "one by one";
    public const string Hundreds = "batches of 100";
    public const string ManyWait = "10,000 wait";

    private const int Thousand = 1000;
    private const int TenThousand = 10_000;
    private const int FixedRate = 80;
    private const int CurveDeliveries = 40_000; // a second

    /// <summary>The scenarios that have targets.</summary>
    public static IReadOnlyList<Scenario> Targeted { get; } =
    [
        new FanOutScenario("sse-fixed", "SSE, 80 messages of 64 B a second to 1,000 subscribers",
            Series(
                static peer => new(peer) { Rate = FixedRate }, Peer.Sse, Peer.SseDirect, Peer.Handmade, Peer.NchanSse, Peer.BareKestrel,
                Peer.Floor)),
        new FreshProcessScenario("sse-fresh", "The same in the first seconds of a process",
            Series(static peer => new(peer) { Rate = FixedRate }, Peer.Sse, Peer.SseDirect, Peer.Handmade, Peer.NchanSse)),
        new FanOutScenario("sse-closed", "SSE, 64 B to 1,000 subscribers, the next message once the last is acknowledged",
            Series(static peer => new(peer), Peer.Sse, Peer.SseDirect, Peer.Handmade, Peer.NchanSse, Peer.Floor)),
        new FanOutScenario("sse-window", "SSE, 64 B to 1,000 subscribers, eight publishes in flight",
            Series(
                static peer => new(peer) { Window = 8 }, Peer.Sse, Peer.SseDirect, Peer.Handmade, Peer.NchanSse, Peer.Floor)),
        new FanOutScenario("sse-json", "SSE, an object of 300 B JSON to 1,000 subscribers, eight in flight",
            Series(static peer => new(peer) { Message = Payload.Json300, Window = 8 }, Peer.Sse, Peer.HandmadeJson)),
        new FanOutScenario("sse-1k", "SSE, 1 KB to 1,000 subscribers, eight in flight",
            Series(
                static peer => new(peer) { Message = Payload.Text1K, Window = 8 }, Peer.Sse, Peer.Handmade,
                Peer.NchanSse)) { MostRounds = 3 },
        new FanOutScenario("ws-window", "WebSocket and JSON lines, 64 B to 1,000 subscribers, eight in flight",
            Series(static peer => new(peer) { Window = 8 }, Peer.WebSocket, Peer.JsonLines, Peer.NchanWebSocket)),
        new FanOutScenario("ws-closed", "WebSocket and JSON lines, 64 B to 1,000 subscribers, closed loop",
            Series(static peer => new(peer), Peer.WebSocket, Peer.JsonLines, Peer.NchanWebSocket)) { MostRounds = 3 },
        new FanOutScenario("ws-fixed", "WebSocket, 80 messages of 64 B a second to 1,000 subscribers",
            Series(static peer => new(peer) { Rate = FixedRate }, Peer.WebSocket, Peer.WebSocketDirect, Peer.NchanWebSocket)),
        new FanOutScenario("hub-closed", "SignalR, 64 B to 1,000 subscribers, closed loop",
            Series(static peer => new(peer), Peer.Hub, Peer.Group)),
        new FanOutScenario("hub-window", "SignalR, 64 B to 1,000 subscribers, eight in flight",
            Series(static peer => new(peer) { Window = 8 }, Peer.Hub, Peer.HubBinary, Peer.Group)),
        new FanOutScenario("hub-fixed", "SignalR, 40 messages of 64 B a second to 1,000 subscribers",
            Series(static peer => new(peer) { Rate = FixedRate / 2 }, Peer.Hub, Peer.HubDirect, Peer.Group)),
        new FanOutScenario("sse-100", "SSE, 64 B to 100 subscribers, closed loop",
            Series(static peer => new(peer) { Subscribers = 100 }, Peer.Sse, Peer.Handmade, Peer.NchanSse)) { MostRounds = 3 },
        new FanOutScenario("sse-10k", "SSE, 64 B to 10,000 subscribers, closed loop",
            Series(static peer => new(peer) { Subscribers = TenThousand }, Peer.Sse, Peer.NchanSse)),
        new FanOutScenario("sse-10k-fixed", "SSE, 8 messages of 64 B a second to 10,000 subscribers",
            Series(
                static peer => new(peer) { Subscribers = TenThousand, Rate = FixedRate / 10 }, Peer.Sse, Peer.SseDirect, Peer.NchanSse)),
        new FanOutScenario("stalled", "1 KB, 40 messages a second to 1,000 subscribers, and 50 that never read",
        [
            StalledSeries(NoneStalled, Peer.Sse, 0), StalledSeries(Stalled, Peer.Sse, 50),
            StalledSeries(GroupNoneStalled, Peer.Group, 0), StalledSeries(GroupStalled, Peer.Group, 50),
        ]),
        new ReplayScenario(
            "replay", "SSE, 1,000 messages of 64 B replayed to 1,000 subscribers at once, beside the closed loop",
            [new(Live, Peer.Sse), new(ReplayScenario.Replay, Peer.Sse)]),
        new PublishCostScenario(
            "publish", "One call of PublishAsync in the process", [new(NobodyWaits, Peer.Sse, 0), new(ManyWait, Peer.Sse, TenThousand)]),
        new BatchScenario(
            "batches", "One publisher of a Redis store, 64 B, by messages a call",
            [new(OneByOne, Peer.Redis, 0), new(Hundreds, Peer.Redis, 0) { Batch = 100 }]),
        new AllocationScenario(
            "allocations", "Allocated for each delivery, closed loop, 1,000 subscribers",
            Series(static peer => new(peer), Peer.Sse, Peer.SseDirect, Peer.WebSocket, Peer.Hub, Peer.Group, Peer.Handmade)),
        new IdleMemoryScenario("memory", "Resident memory of an idle subscriber, 10,000 of them",
            Series(
                static peer => new(peer) { Subscribers = TenThousand }, Peer.Sse, Peer.SseDirect, Peer.WebSocket, Peer.Held,
                Peer.NchanSse)),
        new DownloadScenario(
            "download", "300 MB over TLS, with and without direct sending", Series(static peer => new(peer), Peer.Download,
            Peer.DownloadDirect)),
        new SustainedScenario("sustained", "The highest rate sustained for 30 s, 64 B to 1,000 subscribers, with 99 % delivered within " +
            "100 ms",
            Series(static peer => new(peer), Peer.Sse, Peer.NchanSse, Peer.Hub, Peer.Group)) { MostRounds = 3 },
    ];

    /// <summary>How cost grows, for <c>docs/scaling.md</c>.</summary>
    public static IReadOnlyList<Scenario> Curves { get; } =
    [
        new FanOutScenario("curve-subscribers", "SSE, 64 B, 40,000 deliveries a second, by subscribers",
            [.. Numbers(100, 300, 1000, 3000, 10_000).Select(static number => new Series(
                $"{number:N0} subscribers", Peer.Sse, number, Rate: CurveDeliveries / (double)number))]) { MostRounds = 3 },
        new FanOutScenario("curve-size", "SSE, 1,000 subscribers, 20 messages a second, by message size",
            [.. Numbers(64, 256, 1024, 4096, 16_384).Select(static bytes => new Series(
                $"{bytes:N0} B", Peer.Sse, Thousand, Payload.Text(bytes), Rate: FixedRate / 4))]) { MostRounds = 3 },
        new FanOutScenario("curve-rate", "SSE, 1,000 subscribers, 64 B, by messages a second",
            [.. Numbers(10, 20, 40, 80, 160).Select(
                static rate => new Series($"{rate} messages/s", Peer.Sse) { Rate = rate })]) { MostRounds = 3 },
        new FanOutScenario("curve-stores", "SSE, 1,000 subscribers spread over stores, 64 B, 40,000 deliveries a second, by stores",
            [.. Numbers(1, 10, 100).Select(static stores => new Series(
                NameOf(stores), Peer.Sse, Rate: CurveDeliveries / Thousand * stores) { Stores = stores })]) { MostRounds = 3 },
        new FanOutScenario("curve-stores-one-request", "The same, where one request publishes to all stores",
            [.. Numbers(1, 10, 100).Select(static stores => new Series(
                NameOf(stores), Peer.Sse, Rate: CurveDeliveries / Thousand) { Stores = stores, AllStoresAtOnce = true })]),
        new FanOutScenario("curve-transports", "1,000 subscribers, 64 B, 40 messages a second, by transport",
            Series(
                static peer => new(peer) { Rate = FixedRate / 2 }, Peer.Sse, Peer.WebSocket, Peer.JsonLines, Peer.Hub,
                Peer.HubBinary)) { MostRounds = 3 },
        new RedisScenario("redis", "Publishes through one node of a Redis store, 64 B, 64 in flight, by nodes that follow it",
            [.. Numbers(1, 2, 4, 10).Select(static nodes => new Series(
                nodes == 1 ? "1 node" : $"{nodes} nodes", Peer.Redis, 1, Window: 64) { Nodes = nodes })]) { MostRounds = 3 },
        new RedisScenario("redis-latency", "What Redis adds to the latency: SSE, 64 B, 100 messages a second to 10 subscribers",
            [.. Numbers(0, 1, 2).Select(static nodes => new Series(
                nodes == 0 ? "in memory" : nodes == 1 ? "Redis, 1 node" : $"Redis, {nodes} nodes", Peer.Redis, 10,
                Rate: 100) { Nodes = nodes })]) { MostRounds = 3 },
    ];

    public static IReadOnlyList<Scenario> Everything { get; } = [.. Targeted, .. Curves];

    private static IReadOnlyList<Series> Series(Func<Peer, Series> make, params ReadOnlySpan<Peer> peers)
    {
        var series = new List<Series>();
        foreach (var peer in peers)
            series.Add(make(peer));
        return series;
    }

    private static Series StalledSeries(string name, Peer peer, int stalled) =>
        new(name, peer, Thousand, Payload.Text1K, Rate: 40) { Stalled = stalled };

    private static string NameOf(int stores) => stores == 1 ? "1 store" : $"{stores} stores";

    private static IReadOnlyList<int> Numbers(params int[] numbers) => numbers;
}
