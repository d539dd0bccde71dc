using System.Net;
using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Conformance;

/// <summary>The tests of one deployment run sequentially: they publish to one store and expect their own messages.</summary>
[CollectionDefinition(Name)]
public sealed class ConformanceSuite : ICollectionFixture<Deployment>
{
    public const string Name = "Conformance";
}

/// <summary>
/// The deployment under test: <c>TORNADOSE_BASE_URL</c>, or by default the sample, once directly and once behind each proxy as
/// <c>docs/proxies</c> configures it. The suite publishes to the queue store <c>TORNADOSE_STORE</c> (default <c>notes</c>) under
/// <c>/stores</c>, which must have no other publisher meanwhile; the hub is at <c>/hubs/stores</c>.
/// </summary>
public sealed class Deployment : IAsyncLifetime
{
    private const string Direct = "direct";
    private const string Yarp = "yarp";
    private const string OverTls = " tls";

    private static readonly string? Given = Environment.GetEnvironmentVariable("TORNADOSE_BASE_URL");
    private static readonly string[] WithTls = ["nginx", "haproxy", "caddy", "apache"];
    private static readonly string[] WithoutTls = ["varnish"];

    private readonly HttpClient _http = CreateClient();
    private readonly Dictionary<string, Uri> _servers = [];
    private readonly List<IAsyncDisposable> _started = [];

    /// <summary>The deployments that are reached over HTTP/1.1.</summary>
    public static TheoryData<string> Servers => Given is null ? [Direct, .. WithTls, .. WithoutTls, Yarp] : [Given];

    /// <summary>Proxies that terminate TLS and offer HTTP/2 over it. Empty if the given deployment uses plain HTTP.</summary>
    public static TheoryData<string> SecureServers => Given is null
        ? [.. WithTls.Append(Yarp).Select(static name => name + OverTls)]
        : [.. new[] { Given }.Where(static url => url.StartsWith(Uri.UriSchemeHttps, StringComparison.Ordinal))];

    public static TheoryData<string> AllServers => [.. Servers.Concat(SecureServers).Select(static row => row.Data).Distinct()];

    public static string Store { get; } = Environment.GetEnvironmentVariable("TORNADOSE_STORE") ?? "notes";

    /// <summary>A client that accepts the proxies' own certificates.</summary>
    public static HttpClient CreateClient() => new(new SocketsHttpHandler
    {
        SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
    });

    public async ValueTask InitializeAsync()
    {
        if (Given is not null)
        {
            _servers[Given] = new Uri(Given);
            return;
        }

        var sample = await DashboardServer.StartAsync();
        _started.Add(sample);
        _servers[Direct] = sample.Url;
        var yarp = await YarpProxy.StartAsync(sample.Url);
        _started.Add(yarp);
        Add(Yarp, yarp.Http, yarp.Https);
        await Task.WhenAll(WithTls.Concat(WithoutTls).Select(name => StartAsync(name, sample.Url)));
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
        foreach (var part in Enumerable.Reverse(_started))
            await part.DisposeAsync();
    }

    private async Task StartAsync(string name, Uri backend)
    {
        var proxy = await ProxyProcess.StartAsync(name, backend);
        lock (_started)
        {
            _started.Add(proxy);
            Add(name, proxy.Http, proxy.Https);
        }
    }

    private void Add(string name, Uri http, Uri? https)
    {
        _servers[name] = http;
        if (https is not null)
            _servers[name + OverTls] = https;
    }
}
