namespace Tornadose.SignalR.Tests.Samples;

/// <summary>One dashboard for all tests of a class that do not change its state.</summary>
public sealed class DashboardFixture : IAsyncLifetime
{
    private DashboardServer? _server;
    private long _started;

    public Uri Url => Server.Url;

    internal DashboardServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        _server = await DashboardServer.StartAsync();
        await BeginAsync();
    }

    /// <summary>
    /// Starts the dashboard again if it is older than two minutes. Its charts show five minutes, and a test that expects everything since
    /// the start must be over by then.
    /// </summary>
    public async Task RenewAsync()
    {
        if (TimeProvider.System.GetElapsedTime(_started) < TimeSpan.FromMinutes(2))
            return;
        await Server.KillAsync();
        await Server.StartAgainAsync();
        await BeginAsync();
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private Task BeginAsync()
    {
        _started = TimeProvider.System.GetTimestamp();
        return Server.HistoryAsync("cpu", messages: 4);
    }
}
