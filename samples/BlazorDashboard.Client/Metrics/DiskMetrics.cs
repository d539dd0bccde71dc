namespace BlazorDashboard.Metrics;

/// <summary>What the machine's disks do and how full they are. Store <c>disk</c>, every second.</summary>
/// <param name="At">When it was read, in milliseconds since 1970.</param>
/// <param name="Read">Bytes a second from all disks; null where the operating system does not tell.</param>
/// <param name="Written">Bytes a second to all disks; null where the operating system does not tell.</param>
/// <param name="Busy">The busiest disk's share of time with a request in work, in percent.</param>
/// <param name="Volumes">Fixed volumes, the largest first.</param>
public sealed record DiskMetrics(long At, double? Read, double? Written, double? Busy, IReadOnlyList<Volume> Volumes);

/// <summary>How full a volume is, in bytes and percent.</summary>
public sealed record Volume(string Name, long Used, long Free, double UsedPercent);
