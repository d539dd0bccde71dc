using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Packaging;

public sealed class PackageTests(PackageFixture package)
{
    [Fact]
    public async Task Package_Files_AreAllThatAUserNeedsAndNothingElse()
    {
        using var zip = await package.OpenAsync();
        var files = zip.Entries.Select(entry => entry.FullName)
            .Where(name => !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal) && name != "[Content_Types].xml")
            .Where(name => !name.StartsWith("build", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        Assert.Equal(
            ["LICENSE", "README.md", "Tornadose.SignalR.nuspec", "icon.png", "lib/net10.0/Tornadose.SignalR.dll", "lib/net10.0/Tornadose.SignalR.xml", "scripts/append.lua", "staticwebassets/tornadose.d.ts", "staticwebassets/tornadose.js", "staticwebassets/tornadose.js.map"],
            files);
        Assert.Equal(await File.ReadAllTextAsync(Repository.File("README.md")), await ReadAsync(zip, "README.md"));
    }

    [Fact]
    public async Task Package_Metadata_NamesLicenceReadmeIconAndTheOneDependency()
    {
        using var zip = await package.OpenAsync();
        var nuspec = XDocument.Parse(await ReadAsync(zip, "Tornadose.SignalR.nuspec"));
        string? Value(string name) => nuspec.Descendants().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
        Assert.Equal(("Tornadose.SignalR", "MIT", "README.md", "icon.png"), (Value("id"), Value("license"), Value("readme"), Value("icon")));
        Assert.Equal(["StackExchange.Redis"], nuspec.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value));
        Assert.NotEmpty(Value("description")!);
    }

    [Fact]
    public async Task Package_Symbols_BelongToTheAssembly()
    {
        using var zip = await package.OpenAsync();
        using var symbols = await package.OpenAsync("snupkg");
        using var image = new PEReader(new MemoryStream(await ReadBytesAsync(zip, "lib/net10.0/Tornadose.SignalR.dll")));
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(await ReadBytesAsync(symbols, "lib/net10.0/Tornadose.SignalR.pdb")));
        var codeView = image.ReadCodeViewDebugDirectoryData(image.ReadDebugDirectory().Single(entry => entry.Type == DebugDirectoryEntryType.CodeView));
        Assert.Equal(codeView.Guid, new BlobContentId(provider.GetMetadataReader().DebugMetadataHeader!.Id).Guid);
        Assert.Contains(image.ReadDebugDirectory(), static entry => entry.Type == DebugDirectoryEntryType.Reproducible);
    }

    private static async Task<string> ReadAsync(ZipArchive zip, string name) => System.Text.Encoding.UTF8.GetString(await ReadBytesAsync(zip, name)).TrimStart('\ufeff');

    private static async Task<byte[]> ReadBytesAsync(ZipArchive zip, string name)
    {
        await using var stream = await zip.GetEntry(name)!.OpenAsync();
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
