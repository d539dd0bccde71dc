using System.Globalization;
using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Operations;

/// <summary>A real Prometheus that scrapes servers once a second and has loaded the rules.</summary>
internal sealed class PrometheusProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly LineProcess _process;
    private readonly HttpClient _http;

    private PrometheusProcess(DirectoryInfo folder, LineProcess process, Uri url) =>
        (_folder, _process, _http) = (folder, process, new HttpClient { BaseAddress = url });

    public static async Task<PrometheusProcess> StartAsync(params Uri[] servers)
    {
        var folder = Directory.CreateTempSubdirectory("tornadose-prometheus");
        var targets = string.Join(", ", servers.Select(static server => $"\"{server.Authority}\""));
        await File.WriteAllTextAsync($"{folder}/prometheus.yml", $$"""
            global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
            rule_files: ["{{Repository.File("ops/prometheus/tornadose.rules.yml")}}"]
            scrape_configs:
              - job_name: app
                static_configs: [{ targets: [{{targets}}] }]
            """);
        var url = new Uri($"http://127.0.0.1:{RedisProcess.FreePort()}/");
        var process = LineProcess.Start("prometheus", [
            $"--config.file={folder}/prometheus.yml", $"--storage.tsdb.path={folder}/data", $"--web.listen-address={url.Authority}",
            "--log.level=error"]);
        var prometheus = new PrometheusProcess(folder, process, url);
        await Eventually.TrueAsync(prometheus.IsReadyAsync, what: "prometheus");
        return prometheus;
    }

    /// <summary>The current values of a query, without NaN.</summary>
    public async Task<IReadOnlyList<double>> QueryAsync(string expression)
    {
        var answer = await GetAsync($"api/v1/query?query={Uri.EscapeDataString(expression)}");
        return [.. answer.GetProperty("result").EnumerateArray()
            .Select(static sample => sample.GetProperty("value")[1].GetString()!)
            .Where(static text => text != "NaN")
            .Select(static text => text == "+Inf" ? double.PositiveInfinity : double.Parse(text, CultureInfo.InvariantCulture))];
    }

    /// <summary>Each rule's health, <c>unknown</c> before its first evaluation, and its state: <c>inactive</c> or more.</summary>
    public async Task<IReadOnlyList<(string Name, string Health, string State)>> RulesAsync() =>
        [.. (await GetAsync("api/v1/rules")).GetProperty("groups").EnumerateArray()
            .SelectMany(static group => group.GetProperty("rules").EnumerateArray())
            .Select(static rule => (Text(rule, "name"), Text(rule, "health"), Text(rule, "state")))];

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static string Text(JsonElement rule, string property) => rule.GetProperty(property).GetString()!;

    private async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative)).WithTimeout();
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, body);
        return JsonElement.Parse(body).GetProperty("data");
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            return (await _http.GetAsync(new Uri("-/ready", UriKind.Relative))).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
