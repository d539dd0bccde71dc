namespace BlazorDashboard.Metrics;

/// <summary>The machine's memory in bytes. Store <c>memory</c>, every second.</summary>
/// <param name="At">When it was read, in milliseconds since 1970.</param>
/// <param name="Total">All of it.</param>
/// <param name="Used">What could not be given to a program that asked now.</param>
/// <param name="UsedPercent"><paramref name="Used"/> in percent of <paramref name="Total"/>.</param>
/// <param name="Cached">What keeps copies of files and is given up when a program needs it; zero where nobody tells.</param>
/// <param name="SwapTotal">Room on disk for pages that do not fit; zero where there is none or nobody tells.</param>
/// <param name="SwapUsed">The part of it in use.</param>
public sealed record MemoryMetrics(long At, long Total, long Used, double UsedPercent, long Cached, long SwapTotal, long SwapUsed);
