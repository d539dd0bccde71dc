using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Conformance;

/// <summary>YARP with the settings of <c>docs/proxies/yarp.json</c>, except for the destination's port.</summary>
internal sealed class YarpProxy : IAsyncDisposable
{
    private readonly TestHost _host;
    private readonly X509Certificate2 _certificate;

    private YarpProxy(TestHost host, X509Certificate2 certificate, int securePort) =>
        (_host, _certificate, Https) = (host, certificate, new Uri($"https://127.0.0.1:{securePort}/"));

    public Uri Http => _host.Http1;

    public Uri Https { get; }

    public static async Task<YarpProxy> StartAsync(Uri backend)
    {
        using var files = new TestCertificate();
        var certificate = X509Certificate2.CreateFromPemFile(files.CertificateFile, files.KeyFile);
        var settings = (await File.ReadAllTextAsync(Repository.File("docs/proxies/yarp.json")))
            .Replace("127.0.0.1:5000", backend.Authority, StringComparison.Ordinal);
        ListenOptions? secure = null;
        var host = await TestHost.StartAsync(
            builder =>
            {
                builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(settings)));
                builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"));
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, options =>
                {
                    secure = options;
                    options.UseHttps(certificate);
                }));
            },
            static proxy => proxy.MapReverseProxy());
        return new YarpProxy(host, certificate, secure!.IPEndPoint!.Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _certificate.Dispose();
    }
}
