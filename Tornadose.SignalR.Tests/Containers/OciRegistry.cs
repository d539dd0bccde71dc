using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.Tests.Containers;

/// <summary>
/// A registry with one single-layer image for each of two architectures, in place of the registry of the base image: just enough of the
/// protocol for the SDK to build an image on it. The image's user is root and it exposes no port, so every other value that a test finds
/// was set by our projects.
/// </summary>
internal sealed class OciRegistry : IAsyncDisposable
{
    private const string IndexType = "application/vnd.oci.image.index.v1+json";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    private readonly WebApplication _app;
    private readonly Dictionary<string, byte[]> _blobs = [];

    private OciRegistry(WebApplication app) => _app = app;

    /// <summary>The image's name for <c>ContainerBaseImage</c>.</summary>
    public string Image { get; private set; } = "";

    public static async Task<OciRegistry> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var registry = new OciRegistry(builder.Build());
        await registry.StartServingAsync();
        return registry;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task StartServingAsync()
    {
        var index = Index();
        _app.MapGet("/v2/", () => Results.Ok());
        _app.MapMethods("/v2/base/manifests/{reference}", ["GET", "HEAD"], (string reference, HttpResponse response) =>
        {
            var isOfOneProcessor = _blobs.TryGetValue(reference, out var manifest);
            response.Headers["Docker-Content-Digest"] = DigestOf(manifest ?? index);
            return Results.Bytes(manifest ?? index, isOfOneProcessor ? ManifestType : IndexType);
        });
        _app.MapMethods("/v2/base/blobs/{digest}", ["GET", "HEAD"], (string digest) =>
            _blobs.TryGetValue(digest, out var blob) ? Results.Bytes(blob) : Results.NotFound());
        await _app.StartAsync();
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Image = $"localhost:{new Uri(address).Port}/base:1";
    }

    private byte[] Index() => JsonSerializer.SerializeToUtf8Bytes(new
    {
        schemaVersion = 2,
        mediaType = IndexType,
        manifests = new[] { "amd64", "arm64" }.Select(architecture =>
        {
            var manifest = Manifest(architecture);
            _blobs[DigestOf(manifest)] = manifest;
            return new
            {
                mediaType = ManifestType,
                digest = DigestOf(manifest),
                size = manifest.Length,
                platform = new { architecture, os = "linux" },
            };
        }),
    });

    private byte[] Manifest(string architecture)
    {
        var layer = Layer(out var diffId);
        var config = JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture,
            os = "linux",
            config = new { Env = new[] { "PATH=/usr/bin" } },
            rootfs = new { type = "layers", diff_ids = new[] { diffId } },
            history = new[] { new { created_by = "test" } },
        });
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = ManifestType,
            config = Described(config, "application/vnd.oci.image.config.v1+json"),
            layers = new[] { Described(layer, "application/vnd.oci.image.layer.v1.tar+gzip") },
        });
    }

    private object Described(byte[] blob, string mediaType)
    {
        _blobs[DigestOf(blob)] = blob;
        return new { mediaType, digest = DigestOf(blob), size = blob.Length };
    }

    private static byte[] Layer(out string diffId)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "tmp/"));
        diffId = DigestOf(tar.ToArray());
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(tar.ToArray());
        return compressed.ToArray();
    }

    private static string DigestOf(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
}
