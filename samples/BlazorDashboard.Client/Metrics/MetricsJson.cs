using System.Text.Json.Serialization;

namespace BlazorDashboard.Metrics;

/// <summary>How the metrics are written: known at compile time, so that nothing is reflected at run time.</summary>
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
