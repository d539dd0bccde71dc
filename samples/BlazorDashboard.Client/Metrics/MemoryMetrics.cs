namespace BlazorDashboard.Metrics;

/// <summary>The machine's memory in bytes. Store <c>memory</c>, every second.</summary>
/// <param name="At">When it was read, in milliseconds since 1970.</param>
/// <param name="Total">All of it.</param>
/// <param name="Used">What is not available to a program now.</param>
/// <param name="UsedPercent"><paramref name="Used"/> in percent of <paramref name="Total"/>.</param>
/// <param name="Cached">What caches files, and is released when a program needs it; zero where it is unknown.</param>
/// <param name="SwapTotal">Space on disk for pages that do not fit; zero where there is none or it is unknown.</param>
/// <param name="SwapUsed">The part of it in use.</param>
public sealed record MemoryMetrics(long At, long Total, long Used, double UsedPercent, long Cached, long SwapTotal, long SwapUsed);
