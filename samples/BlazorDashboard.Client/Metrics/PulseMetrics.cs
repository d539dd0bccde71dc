namespace BlazorDashboard.Metrics;

/// <summary>This process, ten times a second. Store <c>pulse</c>.</summary>
/// <param name="At">When it was read, in milliseconds since 1970.</param>
/// <param name="Cpu">Processor time in percent of all cores together.</param>
/// <param name="Threads">Threads of the pool.</param>
/// <param name="Queue">Work items that wait for one of them.</param>
/// <param name="Allocated">Bytes allocated a second, over the last second.</param>
public sealed record PulseMetrics(long At, double Cpu, int Threads, long Queue, double Allocated);
