using System.Net;
using System.Net.Sockets;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Samples;

/// <summary>The dashboard as a process of its own, as a user runs it: it can be killed and come back on the same port.</summary>
internal sealed class DashboardServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private LineProcess _process;

    private DashboardServer(Uri url, LineProcess process) => (Url, _process) = (url, process);

    public Uri Url { get; }

    public Uri Store(string name) => new(Url, $"stores/{name}");

    public static async Task<DashboardServer> StartAsync()
    {
        var url = new Uri($"http://127.0.0.1:{FreePort()}/");
        return new DashboardServer(url, await RunAsync(url));
    }

    public ValueTask KillAsync() => _process.DisposeAsync();

    public async Task StartAgainAsync() => _process = await RunAsync(Url);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<LineProcess> RunAsync(Uri url)
    {
        // Started from a foreign directory: it must find its own files all the same.
        var process = LineProcess.Start("dotnet", [SampleFiles.Program, "--urls", url.ToString()], Path.GetTempPath());
        while (!(await process.NextAsync(StartTimeout)).Contains("Application started", StringComparison.Ordinal))
        {
        }

        return process;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
