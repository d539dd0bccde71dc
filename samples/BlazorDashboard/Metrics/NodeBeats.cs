using BlazorDashboard.Stores;
using Tornadose.SignalR;

namespace BlazorDashboard.Metrics;

/// <summary>
/// Says once a second that this node is there, whether or not somebody looks. No producer of the store: of those one runs for all nodes.
/// </summary>
public sealed class NodeBeats(
    DashboardNode node, [FromKeyedServices(StoreName.Nodes)] IStore<NodeBeat> store, TimeProvider clock,
    ILogger<MachineSampler<NodeBeat>> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new MachineSampler<NodeBeat>(new NodeReader(node, clock), SampleRate.Machine, clock, logger).RunAsync(store, stoppingToken);
}
