namespace BlazorDashboard.Metrics;

/// <summary>What goes over the machine's network, in bytes a second. Store <c>network</c>, every second.</summary>
/// <param name="At">When it was read, in milliseconds since 1970.</param>
/// <param name="Received">All interfaces together, except the loopback.</param>
/// <param name="Sent">All interfaces together, except the loopback.</param>
/// <param name="Interfaces">The interfaces that have ever received or sent something, the loopback among them.</param>
public sealed record NetworkMetrics(long At, double Received, double Sent, IReadOnlyList<InterfaceRate> Interfaces);

/// <summary>Bytes a second over one interface.</summary>
public sealed record InterfaceRate(string Name, double Received, double Sent);
