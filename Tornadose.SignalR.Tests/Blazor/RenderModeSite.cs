using System.Reflection;
using System.Text.Json;
using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Blazor;

/// <summary>
/// The site with a page for each render mode, as a separate process behind a proxy that can cut it off; its stores outlive the process.
/// It records the ids of published messages, to compare them with what a page shows.
/// </summary>
internal sealed class RenderModeSite : IAsyncDisposable
{
    public static readonly string Program = typeof(RenderModeSite).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "RenderModesProgram").Value!;

    private readonly DirectoryInfo _folder;
    private readonly DashboardServer _server;
    private readonly HttpClient _http = new();
    private readonly List<string> _published = [];
    private readonly List<int> _short = [];

    private RenderModeSite(DirectoryInfo folder, DashboardServer server, CutProxy proxy) =>
        (_folder, _server, Proxy) = (folder, server, proxy);

    public CutProxy Proxy { get; }

    /// <summary>The ids of all numbers.</summary>
    public IReadOnlyList<string> Published => _published;

    public static async Task<RenderModeSite> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("tornadose-render-modes-");
        var server = await DashboardServer.StartAsync(
            Program, ["--database", $"Data Source={Path.Combine(folder.FullName, "stores.db")}"]);
        return new RenderModeSite(folder, server, CutProxy.Start(server.Url));
    }

    /// <summary>The URL of a page whose components in the browser read stores by the given wire.</summary>
    public Uri Page(string page, string wire) => new(Proxy.Url, $"{wire}/{page}");

    public Task<string> HtmlAsync(string page, string wire) => _http.GetStringAsync(Page(page, wire)).WithTimeout();

    /// <summary>Publishes numbers, one after the other.</summary>
    public async Task PublishAsync(int count)
    {
        for (var number = 0; number < count; number++)
            _published.Add(await PostAsync("numbers", $"{_published.Count + 1}", "application/json"));
    }

    /// <summary>Publishes to the store that keeps five messages.</summary>
    /// <returns>What the store keeps afterwards.</returns>
    public async Task<IReadOnlyList<int>> PublishShortAsync(int count)
    {
        for (var number = 0; number < count; number++)
        {
            _short.Add(_short.Count + 1);
            await PostAsync("short", $"{_short[^1]}", "application/json");
        }

        return _short.TakeLast(5).ToList();
    }

    /// <summary>Publishes numbers until another task completes, so that it runs while messages arrive.</summary>
    public async Task PublishDuringAsync(Task other)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        do
            await PublishAsync(1);
        while (!other.IsCompleted && await pace.WaitForNextTickAsync());
        await other;
    }

    public async Task<string> PostAsync(string store, string body, string type)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, type);
        using var answer = await _http.PostAsync(_server.Store(store), content).WithTimeout();
        var text = await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
        return JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
    }

    public async Task PutAsync(string store, string key, string json)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _http.PutAsync(new Uri($"{_server.Store(store)}?key={key}"), content).WithTimeout();
        answer.EnsureSuccessStatusCode();
    }

    /// <summary><c>kill -9</c>, then the same program again on the same port.</summary>
    public async Task RestartAsync()
    {
        await _server.KillAsync();
        await _server.StartAgainAsync();
    }

    /// <summary>The same, but all stores are then empty and have new logs.</summary>
    public async Task RestartWithoutStoresAsync()
    {
        await _server.KillAsync();
        foreach (var file in _folder.GetFiles())
            file.Delete();
        _published.Clear();
        await _server.StartAgainAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Proxy.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
