using Tornadose.SignalR;

namespace BlazorDashboard.Metrics;

/// <summary>Reads one kind of metrics on a clock and publishes what it reads: all that a store needs to be live.</summary>
public sealed partial class MachineSampler<T>(
    IMetricsReader<T> reader, TimeSpan period, TimeProvider clock, ILogger<MachineSampler<T>> logger)
    where T : class
{
    private long? _read;

    /// <summary>Publishes until it is told to stop.</summary>
    public async Task RunAsync(IStore<T> store, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(period, clock);
        do
        {
            // After a pause of the process two ticks may come at once: a rate over a moment means nothing.
            if (_read is not { } last || clock.GetElapsedTime(last) >= period / 4)
                await PublishAsync(store, stop);
        }
        while (await timer.WaitForNextTickAsync(stop));
    }

    // A reading that fails once (a disk is just being removed) must not interrupt the charts.
    private async Task PublishAsync(IStore<T> store, CancellationToken stop)
    {
        try
        {
            var read = reader.Read();
            _read = clock.GetTimestamp();
            if (read is { } metrics)
                await store.PublishAsync(metrics, cancellationToken: stop);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e, store.Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nothing was published to {Store} this time.")]
    private partial void LogFailed(Exception exception, string store);
}
