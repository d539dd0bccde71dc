namespace BlazorDashboard.Metrics;

/// <summary>How late messages are over a wire, and what they weigh, as the page's script measures it.</summary>
/// <param name="Median">Milliseconds from the reading to the arrival, of half of the messages at most.</param>
/// <param name="High">The same of 95 in 100 messages.</param>
/// <param name="Size">Bytes of a message on the wire.</param>
/// <param name="Rate">Bytes a second.</param>
public sealed record WireFigures(double Median, double High, double Size, double Rate);

/// <summary>The median of each wire at one moment.</summary>
/// <param name="At">When, in milliseconds since 1970.</param>
/// <param name="Medians">Milliseconds by wire.</param>
public sealed record WireLatencies(long At, IReadOnlyDictionary<string, double> Medians);
