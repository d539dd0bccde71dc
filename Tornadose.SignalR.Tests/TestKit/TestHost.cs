using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>
/// A real Kestrel on free ports of the loopback interface: one endpoint speaks HTTP/1.1, one cleartext HTTP/2.
/// </summary>
public sealed class TestHost : IAsyncDisposable
{
    private readonly ListenOptions[] _endpoints;

    private TestHost(WebApplication app, ListenOptions[] endpoints) =>
        (App, Logs, _endpoints) = (app, app.Services.GetFakeLogCollector(), endpoints);

    public WebApplication App { get; }

    public FakeLogCollector Logs { get; }

    public IServiceProvider Services => App.Services;

    public Uri Http1 => Root(_endpoints[0]);

    public Uri Http2 => Root(_endpoints[1]);

    /// <summary>With <c>TORNADOSE_DIRECT_SEND=true</c> all hosts send directly, so that every test covers direct sending.</summary>
    private static readonly bool SendsDirectly = Environment.GetEnvironmentVariable("TORNADOSE_DIRECT_SEND") == "true";

    /// <summary>For every host: file watchers on settings are a scarce kernel resource, and dozens of hosts run side by side.</summary>
    public static readonly string[] Arguments = ["--hostBuilder:reloadConfigOnChange=false"];

    /// <param name="build">Adds services and settings.</param>
    /// <param name="map">Endpoints and middleware.</param>
    /// <param name="kestrel">Configures Kestrel before endpoints are added.</param>
    public static async Task<TestHost> StartAsync(
        Action<WebApplicationBuilder>? build = null, Action<WebApplication>? map = null, Action<KestrelServerOptions>? kestrel = null)
    {
        var builder = WebApplication.CreateBuilder(Arguments);
        builder.Logging.ClearProviders().AddFakeLogging().AddFilter("Tornadose", LogLevel.Debug);
        builder.Host.UseDefaultServiceProvider(options => options.ValidateScopes = options.ValidateOnBuild = true);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(5));
        var endpoints = new ListenOptions[2];
        builder.WebHost.ConfigureKestrel(server =>
        {
            if (SendsDirectly)
                server.UseDirectSend();
            kestrel?.Invoke(server);
            server.Listen(IPAddress.Loopback, 0, options => Use(options, HttpProtocols.Http1, out endpoints[0]));
            server.Listen(IPAddress.Loopback, 0, options => Use(options, HttpProtocols.Http2, out endpoints[1]));
        });
        build?.Invoke(builder);
        var app = builder.Build();
        try
        {
            map?.Invoke(app);
            await app.StartAsync().WithTimeout();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new TestHost(app, endpoints);
    }

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    /// <summary>The absolute URL of a path (with query) on the HTTP/1.1 endpoint.</summary>
    public Uri Url(string path) => new(Http1, path);

    /// <summary>The same with the scheme <c>ws</c>.</summary>
    public Uri WebSocketUrl(string path) => new UriBuilder(Url(path)) { Scheme = "ws" }.Uri;

    public Uri Http2Url(string path) => new(Http2, path);

    public Task StopAsync() => App.StopAsync().WithTimeout();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await App.DisposeAsync();
    }

    private static void Use(ListenOptions options, HttpProtocols protocols, out ListenOptions endpoint)
    {
        options.Protocols = protocols;
        endpoint = options;
    }

    // Kestrel writes the port it got back into the options.
    private static Uri Root(ListenOptions endpoint) => new($"http://127.0.0.1:{endpoint.IPEndPoint!.Port}/");
}
