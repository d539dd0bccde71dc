using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Containers;

/// <summary>An image that the SDK has built into an archive, extracted.</summary>
internal sealed class ContainerImage : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly JsonElement _manifest;

    private ContainerImage(DirectoryInfo folder)
    {
        _folder = folder;
        var index = Json(File.ReadAllBytes(Path.Combine(folder.FullName, "index.json")));
        _manifest = Blob(Assert.Single(index.GetProperty("manifests").EnumerateArray()));
        var image = Blob(_manifest.GetProperty("config"));
        Architecture = image.GetProperty("architecture").GetString()!;
        Configuration = image.GetProperty("config");
        using var layer = new GZipStream(File.OpenRead(BlobFile(ApplicationLayer)), CompressionMode.Decompress);
        TarFile.ExtractToDirectory(layer, folder.FullName, overwriteFiles: false);
    }

    /// <summary>The image's architecture: <c>amd64</c> or <c>arm64</c>.</summary>
    public string Architecture { get; }

    /// <summary>The user, ports, environment, labels and entry point.</summary>
    public JsonElement Configuration { get; }

    /// <summary>The compressed size of what the application adds to the image.</summary>
    public long ApplicationBytes => ApplicationLayer.GetProperty("size").GetInt64();

    /// <summary>The application's files, as paths below <c>/app</c>.</summary>
    public IReadOnlyList<string> Files =>
    [
        .. Directory.EnumerateFiles(PathOf("/app"), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(PathOf("/app"), file)),
    ];

    private JsonElement ApplicationLayer => _manifest.GetProperty("layers").EnumerateArray().Last();

    /// <summary>The path to which a file of the image was extracted.</summary>
    public string PathOf(string file) => Path.Combine(_folder.FullName, file.TrimStart('/'));

    /// <summary>Builds an image as the documents describe, on the registry's base image.</summary>
    public static async Task<ContainerImage> PublishAsync(string project, params string[] options)
    {
        var folder = Directory.CreateTempSubdirectory("tornadose-image");
        try
        {
            await using var registry = await OciRegistry.StartAsync();
            var archive = Path.Combine(folder.FullName, "image.tar");
            await DotNet.RunAsync(
                Repository.File(""), [
                    "publish", project, "-t:PublishContainer", "-c", Repository.Metadata("Configuration"), "--nologo", "-v", "q",
                    $"-p:ContainerBaseImage={registry.Image}", $"-p:ContainerArchiveOutputPath={archive}", .. options]);
            await TarFile.ExtractToDirectoryAsync(archive, folder.FullName, overwriteFiles: false);
            return new ContainerImage(folder);
        }
        catch
        {
            folder.Delete(recursive: true);
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private JsonElement Blob(JsonElement descriptor) => Json(File.ReadAllBytes(BlobFile(descriptor)));

    private string BlobFile(JsonElement descriptor) =>
        PathOf($"blobs/{descriptor.GetProperty("digest").GetString()!.Replace(':', '/')}");

    private static JsonElement Json(byte[] bytes) => JsonElement.Parse(bytes);
}
