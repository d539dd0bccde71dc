using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Samples;

/// <summary>
/// The dashboard, or another sample, as a separate process, as a user runs it: it can be killed and restarted on the same port.
/// </summary>
internal sealed class DashboardServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);

    private readonly string _program;
    private readonly string[] _options;
    private LineProcess _process;

    private DashboardServer(Uri url, LineProcess process, string program, string[] options) =>
        (Url, _process, _program, _options) = (url, process, program, options);

    public Uri Url { get; }

    public Uri Store(string name) => new(Url, $"stores/{name}");

    /// <summary>The snapshot of a store, as JSON.</summary>
    public async Task<string> SnapshotAsync(string store)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        return await client.GetStringAsync(Store(store)).WithTimeout();
    }

    /// <summary>Waits until a store has a number of messages.</summary>
    public Task HistoryAsync(string store, int messages) =>
        Eventually.TrueAsync(async () => (await SnapshotAsync(store)).Split("\"data\"").Length > messages);

    /// <param name="options">Configuration on the command line, such as <c>--Tornadose:KeepAlive=00:00:05</c>.</param>
    public static Task<DashboardServer> StartAsync(params string[] options) => StartAsync(SampleFiles.Program, options);

    /// <param name="program">The compiled sample.</param>
    /// <param name="options">Configuration on the command line.</param>
    public static async Task<DashboardServer> StartAsync(string program, string[] options)
    {
        var url = new Uri($"http://127.0.0.1:{RedisProcess.FreePort()}/");
        return new DashboardServer(url, await RunAsync(url, program, options), program, options);
    }

    /// <summary><c>kill -9</c>.</summary>
    public Task KillAsync() => _process.KillAsync();

    public async Task StartAgainAsync()
    {
        await _process.DisposeAsync();
        _process = await RunAsync(Url, _program, _options);
    }

    /// <summary>Sends SIGTERM.</summary>
    public Task TerminateAsync() => _process.TerminateAsync();

    public Task<int> ExitCodeAsync() => _process.ExitCodeAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<LineProcess> RunAsync(Uri url, string program, string[] options)
    {
        // Started from another directory: it must find its own files all the same.
        string[] arguments = [program, "--urls", url.ToString(), .. options];
        var process = LineProcess.Start("dotnet", arguments, Path.GetTempPath());
        while (!(await process.NextAsync(StartTimeout)).Contains("Application started", StringComparison.Ordinal))
        {
        }

        return process;
    }
}
