using Tornadose.Benchmarks.Scenarios;
using static Tornadose.Benchmarks.Results.Comparison;

namespace Tornadose.Benchmarks.Results;

/// <summary>The targets.</summary>
internal static class Targets
{
    private const string Handmade = "hand-made SSE";
    private const string Direct = "SSE, direct";
    private const string Stores = "curve-stores-one-request";
    private const string Nchan = "nchan SSE";
    private const string Group = "Clients.Group";

    public static IReadOnlyList<Target> All { get; } =
    [
        new("SSE at a fixed rate: CPU a delivery", "sse-fixed", Figures.CpuPerDelivery, "SSE", Handmade, RatioAtMost, 0.80),
        new("SSE at a fixed rate: CPU a delivery", "sse-fixed", Figures.CpuPerDelivery, "SSE", Nchan, RatioAtMost, 1.15),
        new("SSE at a fixed rate: p99", "sse-fixed", Figures.P99, "SSE", Nchan, RatioAtMost, 1),
        new("SSE, direct, at a fixed rate: CPU a delivery", "sse-fixed", Figures.CpuPerDelivery, Direct, Nchan, RatioAtMost, 0.85),
        new("SSE, direct, at a fixed rate: CPU a delivery", "sse-fixed", Figures.CpuPerDelivery, Direct, "bare sockets", RatioAtMost, 1.5),
        new("SSE, direct, at a fixed rate: CPU a delivery", "sse-fixed", Figures.CpuPerDelivery, Direct, Handmade, RatioAtMost, 0.70),
        new("SSE, direct, at a fixed rate: p99", "sse-fixed", Figures.P99, Direct, Nchan, RatioAtMost, 1),
        new("the same, fresh process: CPU a delivery", "sse-fresh", Figures.CpuPerDelivery, Direct, Nchan, RatioAtMost, 0.95),
        new("the same, fresh process: p99", "sse-fresh", Figures.P99, Direct, Nchan, RatioAtMost, 1),
        new(
            "WebSocket, direct, at a fixed rate: CPU a delivery", "ws-fixed", Figures.CpuPerDelivery, "WebSocket, direct", "WebSocket",
            RatioAtMost, 0.85),
        new(
            "hub, direct, at a fixed rate: CPU a delivery", "hub-fixed", Figures.CpuPerDelivery, "hub, direct", "hub", RatioAtMost, 0.85),
        new("hub, direct, at a fixed rate: p99", "hub-fixed", Figures.P99, "hub, direct", "hub", RatioAtMost, 1),
        new(
            "10,000 SSE subscribers, direct, 8/s: CPU a delivery", "sse-10k-fixed", Figures.CpuPerDelivery, Direct, "SSE", RatioAtMost,
            0.85),
        new("10,000 SSE subscribers, direct, 8/s: p99", "sse-10k-fixed", Figures.P99, Direct, "SSE", RatioAtMost, 0.5),
        new("SSE, direct, window 8: deliveries a second", "sse-window", Figures.DeliveriesPerSecond, Direct, "SSE", RatioAtLeast, 1),
        new("SSE, direct, window 8: p50", "sse-window", Figures.P50, Direct, "SSE", RatioAtMost, 1.1),
        new(
            "300 MB over TLS: CPU, with direct sending", "download", Figures.CpuPerMegabyte, "Kestrel, direct", "Kestrel", RatioAtMost,
            1.03),
        new(
            "300 MB over TLS: MB a second, with direct sending", "download", Figures.MegabytesPerSecond, "Kestrel, direct", "Kestrel",
            RatioAtLeast, 0.97),
        new("SSE, closed loop: CPU a delivery", "sse-closed", Figures.CpuPerDelivery, "SSE", Handmade, RatioAtMost, 0.80),
        new("SSE, closed loop: CPU a delivery", "sse-closed", Figures.CpuPerDelivery, "SSE", Nchan, RatioAtMost, 1.25),
        new("SSE: highest sustained rate", "sustained", Figures.SustainedRate, "SSE", Nchan, RatioAtLeast, 3),
        new("hub: highest sustained rate", "sustained", Figures.SustainedRate, "hub", Group, RatioAtLeast, 3),
        new("SSE, window 8: deliveries a second", "sse-window", Figures.DeliveriesPerSecond, "SSE", Nchan, RatioAtLeast, 5),
        new("SSE, window 8: deliveries a second", "sse-window", Figures.DeliveriesPerSecond, "SSE", Handmade, RatioAtLeast, 1.5),
        new("SSE, 300 B JSON, window 8: CPU a delivery", "sse-json", Figures.CpuPerDelivery, "SSE", Handmade, RatioAtMost, 0.4),
        new(
            "WebSocket, window 8: deliveries a second", "ws-window", Figures.DeliveriesPerSecond, "WebSocket", "nchan WebSocket",
            RatioAtLeast, 2.5),
        new("hub, closed loop: CPU a delivery", "hub-closed", Figures.CpuPerDelivery, "hub", Group, RatioAtMost, 0.70),
        new("hub, window 8: deliveries a second", "hub-window", Figures.DeliveriesPerSecond, "hub", Group, RatioAtLeast, 2.5),
        new(
            "hub, window 8, binary protocol: deliveries a second", "hub-window", Figures.DeliveriesPerSecond, "hub, binary", "hub",
            RatioAtLeast, 1),
        new("10,000 SSE subscribers, closed loop: CPU a delivery", "sse-10k", Figures.CpuPerDelivery, "SSE", Nchan, RatioAtMost, 0.7),
        new("5 % stalled: p99 of the others", "stalled", Figures.P99, AllScenarios.Stalled, AllScenarios.NoneStalled, RatioAtMost, 1.2),
        new(
            "the same of Clients.Group, for comparison", "stalled", Figures.P99, AllScenarios.GroupStalled, AllScenarios.GroupNoneStalled,
            RatioAtMost, double.PositiveInfinity),
        new(
            "idle memory, 10,000 SSE: KB above a held response", "memory", Figures.ResidentPerSubscriber, "SSE", "held response",
            DifferenceAtMost, 1.5),
        new(
            "publish with 10,000 waiting: time of the call", "publish", Figures.PublishNanoseconds, AllScenarios.ManyWait,
            AllScenarios.NobodyWaits, RatioAtMost, 3),
        new(
            "publish with 10,000 waiting: allocated, bytes more", "publish", Figures.PublishBytes, AllScenarios.ManyWait,
            AllScenarios.NobodyWaits, DifferenceAtMost, 0),
        new(
            "Redis, batches of 100: messages a second", "batches", Figures.MessagesPerSecond, AllScenarios.Hundreds, AllScenarios.OneByOne,
            RatioAtLeast, 20),
        new("1,000 subscribers of 10 stores: CPU a delivery", Stores, Figures.CpuPerDelivery, "10 stores", "1 store", RatioAtMost, 1.15),
        new("1,000 subscribers of 100 stores: CPU a delivery", Stores, Figures.CpuPerDelivery, "100 stores", "1 store", RatioAtMost, 1.15),
        new("allocated for a delivery, SSE: bytes", "allocations", Figures.BytesPerDelivery, "SSE", null, ValueAtMost, 0.5),
        new("allocated for a delivery, WebSocket: bytes", "allocations", Figures.BytesPerDelivery, "WebSocket", null, ValueAtMost, 0.5),
        new(
            "replay to 1,000 at once: deliveries a second", "replay", Figures.DeliveriesPerSecond, ReplayScenario.Replay,
            AllScenarios.Live,
            RatioAtLeast, 3),
    ];
}
