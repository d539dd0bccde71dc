namespace BlazorDashboard.Metrics;

/// <summary>Turns the library's counters into rates a second.</summary>
public sealed class DeliveryReader(DeliveryMeter meter, TimeProvider clock) : IMetricsReader<DeliveryMetrics>
{
    private readonly CounterRate _published = new(clock);
    private readonly CounterRate _delivered = new(clock);
    private readonly CounterRate _sent = new(clock);

    /// <inheritdoc/>
    public DeliveryMetrics? Read()
    {
        var published = _published.Next(meter.Total("tornadose.messages.published"));
        var delivered = _delivered.Next(meter.Total("tornadose.messages.delivered"));
        var sent = _sent.Next(meter.Total("tornadose.bytes.sent"));
        var lags = meter.TakeLags();
        if (published is null || delivered is null || sent is null)
            return null;

        return new DeliveryMetrics(
            clock.Milliseconds(),
            Rounded.Whole(published.Value),
            Rounded.Whole(delivered.Value),
            Rounded.Whole(sent.Value),
            lags.Count == 0 ? null : Rounded.Hundredth(lags[lags.Count / 2]),
            lags.Count == 0 ? null : Rounded.Hundredth(lags[^1]),
            meter.Total("tornadose.resets"),
            meter.Total("tornadose.resumes"),
            meter.Subscribers());
    }
}
