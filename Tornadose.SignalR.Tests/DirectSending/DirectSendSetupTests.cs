using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.DirectSending;

public sealed class DirectSendSetupTests
{
    [Fact]
    public async Task UseDirectSend_OnTheServer_IsOnEveryEndpoint()
    {
        await using var host = await TestHost.StartAsync(map: MapFeature, kestrel: static kestrel => kestrel.UseDirectSend());
        using var client = new HttpClient();

        Assert.Equal("direct", await client.GetStringAsync(host.Http1));
        using var request = new HttpRequestMessage(HttpMethod.Get, host.Http2)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = await client.SendAsync(request);
        Assert.Equal("direct", await response.Content.ReadAsStringAsync());
        Assert.DoesNotContain(host.Logs.GetSnapshot(), static line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task UseDirectSend_NotCalled_IsNowhere()
    {
        if (Environment.GetEnvironmentVariable("TORNADOSE_DIRECT_SEND") == "true")
            return; // this run enables it everywhere
        await using var host = await TestHost.StartAsync(map: MapFeature);
        using var client = new HttpClient();

        Assert.Equal("ordinary", await client.GetStringAsync(host.Http1));
    }

    /// <summary>Above TLS it would send unencrypted data.</summary>
    [Fact]
    public async Task UseDirectSend_AfterUseHttps_SendsEncryptedAndWarnsOnce()
    {
        using var certificate = new TestCertificate();
        ListenOptions? tls = null;
        await using var host = await TestHost.StartAsync(
            builder => builder.WebHost.ConfigureKestrel(kestrel =>
            {
                kestrel.ConfigureEndpointDefaults(static _ => { });
                kestrel.Listen(IPAddress.Loopback, 0, listen => (tls = listen)
                    .UseHttps(X509Certificate2.CreateFromPemFile(certificate.CertificateFile, certificate.KeyFile)).UseDirectSend());
            }),
            MapFeature);
        for (var i = 0; i < 2; i++)
        {
            using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true };
            using var client = new HttpClient(handler);
            Assert.Equal("ordinary", await client.GetStringAsync($"https://127.0.0.1:{tls!.IPEndPoint!.Port}/"));
        }

        Assert.Single(host.Logs.GetSnapshot(), static line => line.Id.Id == 303);
    }

    private static void MapFeature(WebApplication app) => app.MapGet(
        "/", static (HttpContext context) => context.Features.Get<IDirectSendFeature>() is null ? "ordinary" : "direct");
}
