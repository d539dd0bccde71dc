using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Conformance;

/// <summary>The tests of one deployment go one after the other: they publish to one store, and expect what they have published.</summary>
[CollectionDefinition(Name)]
public sealed class ConformanceSuite : ICollectionFixture<Deployment>
{
    public const string Name = "Conformance";
}

/// <summary>
/// What the suite is run against: <c>TORNADOSE_BASE_URL</c>, or without it the sample, once directly and once behind nginx with its default
/// buffering. The suite publishes to the queue store <c>TORNADOSE_STORE</c> (default <c>notes</c>) under <c>/stores</c>, which nobody else
/// should do meanwhile; the hub is at <c>/hubs/stores</c>.
/// </summary>
public sealed class Deployment : IAsyncLifetime
{
    private const string Direct = "direct";
    private const string Nginx = "nginx";

    private static readonly string? Given = Environment.GetEnvironmentVariable("TORNADOSE_BASE_URL");

    private readonly HttpClient _http = new();
    private readonly Dictionary<string, Uri> _servers = [];
    private DashboardServer? _sample;
    private LineProcess? _nginx;
    private DirectoryInfo? _folder;

    public static TheoryData<string> Servers => Given is null ? [Direct, Nginx] : [Given];

    public static string Store { get; } = Environment.GetEnvironmentVariable("TORNADOSE_STORE") ?? "notes";

    public async ValueTask InitializeAsync()
    {
        if (Given is not null)
        {
            _servers[Given] = new Uri(Given);
            return;
        }

        _sample = await DashboardServer.StartAsync();
        _servers[Direct] = _sample.Url;
        _servers[Nginx] = await StartNginxAsync(_sample.Url);
    }

    public Uri Server(string server) => _servers[server];

    /// <summary>The store's URL.</summary>
    public Uri Url(string server, string query = "") => new(Server(server), $"stores/{Store}{query}");

    /// <summary>Publishes text and returns its id.</summary>
    public async Task<string> PublishAsync(string server, string text, string query = "", string type = "text/plain")
    {
        using var answer = await _http.PostAsync(Url(server, query), new StringContent(text, Encoding.UTF8, type)).WithTimeout();
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode} {body}");
        return JsonElement.Parse(body).GetProperty("id").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_nginx is not null)
            await _nginx.DisposeAsync();
        if (_sample is not null)
            await _sample.DisposeAsync();
        _folder?.Delete(recursive: true);
    }

    private async Task<Uri> StartNginxAsync(Uri backend)
    {
        _folder = Directory.CreateTempSubdirectory("tornadose-nginx");
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var folder = _folder.FullName;
        await File.WriteAllTextAsync($"{folder}/nginx.conf", $$"""
            pid {{folder}}/nginx.pid;
            error_log stderr error;
            events {}
            http {
              access_log off;
              client_body_temp_path {{folder}}; proxy_temp_path {{folder}}; fastcgi_temp_path {{folder}}; uwsgi_temp_path {{folder}}; scgi_temp_path {{folder}};
              map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
              server {
                listen 127.0.0.1:{{port}};
                location / {
                  proxy_pass {{backend.GetLeftPart(UriPartial.Authority)}};
                  proxy_http_version 1.1;
                  proxy_set_header Host $http_host;
                  proxy_set_header Upgrade $http_upgrade;
                  proxy_set_header Connection $connection_upgrade;
                }
              }
            }
            """);
        _nginx = LineProcess.Start("nginx", ["-c", $"{folder}/nginx.conf", "-g", "daemon off;"]);
        var url = new Uri($"http://127.0.0.1:{port}/");
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                return (await _http.GetAsync(url)).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, what: $"nginx {_nginx.Errors}");
        return url;
    }
}
