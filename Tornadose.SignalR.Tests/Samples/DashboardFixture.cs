namespace Tornadose.SignalR.Tests.Samples;

/// <summary>One dashboard for all tests of a class that do not change its state.</summary>
public sealed class DashboardFixture : IAsyncLifetime
{
    private DashboardServer? _server;

    public Uri Url => Server.Url;

    internal DashboardServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        _server = await DashboardServer.StartAsync();
        await _server.HistoryAsync("cpu", messages: 4);
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
