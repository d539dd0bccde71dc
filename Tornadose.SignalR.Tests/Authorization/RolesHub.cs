using Tornadose.SignalR.Hubs;

namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>An application's own hub.</summary>
internal sealed class RolesHub : StoreHub
{
    /// <summary>The application puts a connection into a group, as it may.</summary>
    public Task Enter(string group) => Groups.AddToGroupAsync(Context.ConnectionId, group);
}
