namespace BlazorDashboard.Metrics;

/// <summary>Processor time in percent of the time since the last message. Store <c>cpu</c>, every second.</summary>
/// <param name="At">When it was read, in milliseconds since 1970.</param>
/// <param name="Total">Work of all cores together: 100 is all of them busy.</param>
/// <param name="User">The part of it spent in programs.</param>
/// <param name="System">The part of it spent in the kernel.</param>
/// <param name="Waiting">Idle only because a disk has not answered yet; no part of the total.</param>
/// <param name="Cores">Work of each core; empty where the operating system does not tell.</param>
/// <param name="Load">Mean number of runnable tasks over the last minute.</param>
/// <param name="WholeMachine">False where only this process can be measured.</param>
public sealed record CpuMetrics(
    long At, double Total, double User, double System, double Waiting, IReadOnlyList<double> Cores, double? Load, bool WholeMachine);
