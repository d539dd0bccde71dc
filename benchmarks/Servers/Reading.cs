using System.Text.Json.Serialization;

namespace Tornadose.Benchmarks.Servers;

/// <summary>The object of the benchmark with JSON.</summary>
internal sealed record Reading(
    string At, string Device, double Temperature, double Pressure, IReadOnlyList<double> Valves,
    IReadOnlyDictionary<string, string> Labels,
    string State, string Note);

/// <summary>How servers serialize it: like the web defaults.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Reading))]
internal sealed partial class ReadingJson : JsonSerializerContext;
