using Tornadose.SignalR.Hubs;

namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>An application's own hub.</summary>
internal sealed class RolesHub : StoreHub
{
    /// <summary>Adds the connection to a group, as an application may do.</summary>
    public Task Enter(string group) => Groups.AddToGroupAsync(Context.ConnectionId, group);
}
