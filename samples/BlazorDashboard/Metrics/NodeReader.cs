using BlazorDashboard.Stores;

namespace BlazorDashboard.Metrics;

/// <summary>Says that this node is there; nothing where it is the only one.</summary>
public sealed class NodeReader(DashboardNode node, TimeProvider clock) : IMetricsReader<NodeBeat>
{
    /// <inheritdoc/>
    public NodeBeat? Read() => node.IsShared ? new NodeBeat(clock.Milliseconds(), node.Name) : null;
}
