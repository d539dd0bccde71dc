namespace BlazorDashboard.Metrics;

/// <summary>A process of the machine. Keyed store <c>processes</c>; its number is the key.</summary>
/// <param name="Name">The name of its program.</param>
/// <param name="Cpu">The processor time that it takes, in percent of all cores together.</param>
/// <param name="Memory">The memory that it has in use, in bytes.</param>
/// <param name="Threads">How many threads it has.</param>
public sealed record ProcessMetrics(string Name, double Cpu, long Memory, int Threads);
