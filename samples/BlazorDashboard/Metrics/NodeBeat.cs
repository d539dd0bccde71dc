namespace BlazorDashboard.Metrics;

/// <summary>A node that shares the stores is there. Store <c>nodes</c>, every second and node.</summary>
/// <param name="At">When it said so, in milliseconds since 1970.</param>
/// <param name="Node">Its name.</param>
public sealed record NodeBeat(long At, string Node);
