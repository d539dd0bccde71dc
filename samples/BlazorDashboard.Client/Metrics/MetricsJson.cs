using System.Text.Json.Serialization;

namespace BlazorDashboard.Metrics;

/// <summary>The JSON serialization of the metrics, generated at compile time: no reflection at run time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CpuMetrics))]
[JsonSerializable(typeof(MemoryMetrics))]
[JsonSerializable(typeof(NetworkMetrics))]
[JsonSerializable(typeof(DiskMetrics))]
[JsonSerializable(typeof(RuntimeMetrics))]
[JsonSerializable(typeof(PulseMetrics))]
[JsonSerializable(typeof(DeliveryMetrics))]
[JsonSerializable(typeof(ProcessMetrics))]
[JsonSerializable(typeof(NodeMetrics))]
public sealed partial class MetricsJson : JsonSerializerContext;
