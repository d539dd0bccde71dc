namespace BlazorDashboard.Metrics;

/// <summary>The latency and the size of messages over a wire, as the page's script measures them.</summary>
/// <param name="Median">Milliseconds from the reading to the arrival: the median.</param>
/// <param name="High">The 95th percentile of the same.</param>
/// <param name="Size">Bytes of a message on the wire.</param>
/// <param name="Rate">Bytes a second.</param>
public sealed record WireFigures(double Median, double High, double Size, double Rate);

/// <summary>The median of each wire at one moment.</summary>
/// <param name="At">When, in milliseconds since 1970.</param>
/// <param name="Medians">Milliseconds by wire.</param>
public sealed record WireLatencies(long At, IReadOnlyDictionary<string, double> Medians);
