namespace BlazorDashboard.Metrics;

/// <summary>A process that serves these stores. Keyed store <c>nodes</c>; its name is the key.</summary>
/// <param name="Cpu">Its processor time, in percent of all cores together; null while it is unknown.</param>
/// <param name="Memory">Its memory in bytes.</param>
/// <param name="Subscriptions">How many subscriptions of stores it serves.</param>
public sealed record NodeMetrics(double? Cpu, long Memory, int Subscriptions);
