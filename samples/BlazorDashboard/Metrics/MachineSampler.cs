using BlazorDashboard.Stores;
using Tornadose.SignalR;

namespace BlazorDashboard.Metrics;

/// <summary>Reads one kind of metrics on a clock and publishes what it reads: all that a store needs to be live.</summary>
public sealed partial class MachineSampler<T>(
    IMetricsReader<T> reader, IStore<T> store, DashboardNode node, TimeSpan period, TimeProvider clock,
    ILogger<MachineSampler<T>> logger) : BackgroundService
    where T : class
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(period, clock);
        do
        {
            await PublishAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // A reading that fails once (a disk is just being taken out) must not end the sampling, let alone the server.
    private async Task PublishAsync(CancellationToken stopping)
    {
        try
        {
            if (reader.Read() is { } metrics)
                await store.PublishAsync(metrics, OncePerPeriod(), stopping);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e, store.Name);
        }
    }

    // Nodes that share their stores all measure, and the first one's reading of each period counts: so a node may come and go, and the
    // charts go on.
    private PublishOptions? OncePerPeriod() =>
        node.IsShared && store.Name is not StoreName.Nodes
            ? new PublishOptions { IdempotencyKey = $"{clock.GetUtcNow().Ticks / period.Ticks}" }
            : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nothing was published to {Store} this time.")]
    private partial void LogFailed(Exception exception, string store);
}
