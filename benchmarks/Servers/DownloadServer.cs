using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Tornadose.Benchmarks.Servers;

/// <summary>Large responses over TLS.</summary>
internal static class DownloadServer
{
    private const int MegabyteBytes = 1024 * 1024;
    private const int WriteBytes = 64 * 1024;

    public static Task<int> RunAsync(Options command)
    {
        var builder = KestrelServer.CreateBuilder(command, static listen => listen.UseHttps(MakeCertificate()));
        var app = builder.Build();
        app.MapGet("/{megabytes:int}", WriteAsync);
        return KestrelServer.RunAsync(app);
    }

    private static async Task WriteAsync(int megabytes, HttpContext context)
    {
        var bytes = new byte[WriteBytes];
        context.Response.ContentLength = (long)megabytes * MegabyteBytes;
        for (var left = context.Response.ContentLength; left > 0; left -= WriteBytes)
            await context.Response.Body.WriteAsync(bytes);
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
