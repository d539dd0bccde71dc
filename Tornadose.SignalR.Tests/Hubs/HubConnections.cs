namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>Connections that end together.</summary>
internal sealed class HubConnections : IAsyncDisposable
{
    public List<MemoryHubConnection> All { get; } = [];

    public void Add(MemoryHubConnection connection) => All.Add(connection);

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in All)
            await connection.DisposeAsync();
    }
}
