using System.Net.NetworkInformation;
using BlazorDashboard.Proc;

namespace BlazorDashboard.Metrics;

/// <summary>Network rates from <c>/proc/net/dev</c>, elsewhere from <see cref="NetworkInterface"/>.</summary>
public sealed class NetworkReader(ProcFiles proc, TimeProvider clock) : IMetricsReader<NetworkMetrics>
{
    private const int MostInterfaces = 4;
    private readonly CounterRates _received = new(clock);
    private readonly CounterRates _sent = new(clock);
    private HashSet<string>? _loopbacks;

    /// <inheritdoc/>
    public NetworkMetrics? Read()
    {
        var counters = proc.Read("net/dev") is { } text ? ProcNetDev.Parse(text) : OfFramework();
        var rates = counters.Where(c => c.Received + c.Sent > 0).Select(Rate).OfType<InterfaceRate>().ToList();
        if (rates.Count == 0)
            return null;

        var outside = rates.Where(r => !IsLoopback(r.Name)).ToList();
        return new NetworkMetrics(
            clock.Milliseconds(),
            outside.Sum(r => r.Received),
            outside.Sum(r => r.Sent),
            [.. rates.OrderBy(r => IsLoopback(r.Name)).Take(MostInterfaces)]);
    }

    private InterfaceRate? Rate(ProcNetDev counters)
    {
        // Both are called, so that both have a first reading: no "&&" between the calls.
        var received = _received.Next(counters.Name, counters.Received);
        var sent = _sent.Next(counters.Name, counters.Sent);
        return received is { } down && sent is { } up ? new InterfaceRate(counters.Name, Rounded.Whole(down), Rounded.Whole(up)) : null;
    }

    private bool IsLoopback(string name)
    {
        _loopbacks ??= NetworkInterface.GetAllNetworkInterfaces()
            .Where(i => i.NetworkInterfaceType is NetworkInterfaceType.Loopback)
            .Select(i => i.Name)
            .Append("lo")
            .ToHashSet(StringComparer.Ordinal);
        return _loopbacks.Contains(name);
    }

    private static List<ProcNetDev> OfFramework() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(i => i.OperationalStatus is OperationalStatus.Up)
        .Select(i => (i.Name, Statistics: i.GetIPStatistics()))
        .Select(i => new ProcNetDev(i.Name, i.Statistics.BytesReceived, i.Statistics.BytesSent))
        .ToList();
}
