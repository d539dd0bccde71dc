using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Conformance;

/// <summary>
/// A proxy from Debian with the configuration of <c>docs/proxies</c>, or with another file; <c>eng/proxy.py</c> replaces only its ports
/// and files.
/// </summary>
internal sealed class ProxyProcess : IAsyncDisposable
{
    private readonly LineProcess _process;

    private ProxyProcess(LineProcess process, JsonElement urls)
    {
        _process = process;
        Http = new Uri(urls.GetProperty("http").GetString()!);
        Https = urls.TryGetProperty("https", out var https) ? new Uri(https.GetString()!) : null;
    }

    public Uri Http { get; }

    /// <summary>Null if the proxy cannot terminate TLS.</summary>
    public Uri? Https { get; }

    public static async Task<ProxyProcess> StartAsync(string name, Uri backend, string? file = null)
    {
        var process = LineProcess.Start(
            "python3", [Repository.File("eng/proxy.py"), "run", name, backend.ToString(), .. file is null ? [] : new[] { file }]);
        try
        {
            return new ProxyProcess(process, JsonElement.Parse(await process.NextAsync()));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Closing its input makes the script end the proxy and remove the files it has written.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.CloseInput();
        await _process.ExitCodeAsync();
        await _process.DisposeAsync();
    }
}
