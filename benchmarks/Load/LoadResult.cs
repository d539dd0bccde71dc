namespace Tornadose.Benchmarks.Load;

/// <summary>The result of a plan.</summary>
/// <param name="Published">Messages published.</param>
/// <param name="Expected">Deliveries that should have come.</param>
/// <param name="Delivered">Deliveries that came.</param>
/// <param name="PublishSeconds">From the first publish to the last.</param>
/// <param name="Seconds">From the first publish to the last delivery.</param>
/// <param name="P50">Latency that half the deliveries stayed under, in milliseconds.</param>
/// <param name="P99">Latency that 99 % of them stayed under, in milliseconds.</param>
/// <param name="Max">The largest latency, in milliseconds.</param>
internal sealed record LoadResult(
    long Published, long Expected, long Delivered, double PublishSeconds, double Seconds, double P50, double P99, double Max)
{
    public bool IsComplete => Delivered == Expected;

    public double DeliveriesPerSecond => Delivered / Seconds;
}
