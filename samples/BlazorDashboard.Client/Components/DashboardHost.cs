using BlazorDashboard.Stores;

namespace BlazorDashboard.Components;

/// <summary>What the page shows about the server that rendered it. Components in the browser cannot query it.</summary>
/// <param name="Machine">The machine's name.</param>
/// <param name="Description">Its operating system, runtime and processors.</param>
/// <param name="Node">The name of this process among those that share the stores.</param>
/// <param name="IsShared">Whether other processes publish to the same stores.</param>
public sealed record DashboardHost(string Machine, string Description, string Node, bool IsShared)
{
    /// <inheritdoc cref="StoreName.Own"/>
    public string Own(string store) => StoreName.Own(store, IsShared ? Node : null);
}
