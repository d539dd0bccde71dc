using Microsoft.AspNetCore.SignalR;

namespace Tornadose.SignalR.Hubs;

/// <summary>The groups of the application's own manager, without its hub's type.</summary>
internal sealed class InnerGroups<THub>(HubLifetimeManager<THub> manager) : IGroupManager
    where THub : Hub
{
    public Task AddToGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default) =>
        manager.AddToGroupAsync(connectionId, groupName, cancellationToken);

    public Task RemoveFromGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default) =>
        manager.RemoveFromGroupAsync(connectionId, groupName, cancellationToken);
}
