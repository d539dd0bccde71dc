using BlazorDashboard.Stores;
using Tornadose.SignalR;

namespace BlazorDashboard.Metrics;

/// <summary>
/// Renews this node's row once a second, with or without subscribers, and removes it at shutdown. The row of a node that crashes expires
/// by its age. This is not a producer of the store, because only one of those runs for all nodes.
/// </summary>
public sealed partial class NodePresence(
    DashboardNode node, [FromKeyedServices(StoreName.Nodes)] IKeyedStore<NodeMetrics> nodes, IStoreProvider stores, TimeProvider clock,
    ILogger<NodePresence> logger) : BackgroundService
{
    private readonly ProcessCpu _cpu = new(clock);

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryAsync(() => nodes.RemoveAsync(node.Name, cancellationToken: cancellationToken).AsTask());
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SampleRate.Machine, clock);
        do
            await TryAsync(() => nodes.SetAsync(node.Name, Read(), cancellationToken: stoppingToken).AsTask());
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private NodeMetrics Read() => new(
        _cpu.Next() is { } share ? Rounded.Percent(share.Busy) : null,
        Environment.WorkingSet,
        stores.Names.Sum(name => stores.GetStore(name).Subscribers.Count));

    // While Redis is unavailable the row is not renewed. It is renewed when Redis is back.
    private async Task TryAsync(Func<Task> say)
    {
        try
        {
            await say();
        }
        catch (Exception e) when (e is StoreException or ObjectDisposedException)
        {
            LogFailed(e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The row of this node was not renewed this time.")]
    private partial void LogFailed(Exception exception);
}
