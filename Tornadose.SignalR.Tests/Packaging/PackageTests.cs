using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Packaging;

public sealed partial class PackageTests(PackageFixture packages)
{
    private const string Shared = "Tornadose.SignalR.Abstractions";

    /// <summary>Each package with its files besides assembly, licence, README and icon, and with its dependencies.</summary>
    public static TheoryData<string, string[], string[]> All => new()
    {
        { Shared, [], [] },
        {
            "Tornadose.SignalR",
            [$"lib/net10.0/{Shared}.dll", $"lib/net10.0/{Shared}.xml", "staticwebassets/tornadose.d.ts", "staticwebassets/tornadose.js",
                "staticwebassets/tornadose.js.map"],
            []
        },
        {
            "Tornadose.SignalR.StackExchangeRedis", ["scripts/append.lua", "scripts/change.lua"],
            ["StackExchange.Redis", "Tornadose.SignalR"]
        },
        {
            "Tornadose.SignalR.Aspire", ["ConfigurationSchema.json"],
            ["OpenTelemetry.Extensions.Hosting", "Tornadose.SignalR.StackExchangeRedis"]
        },
        { "Tornadose.SignalR.Sqlite", [], ["Microsoft.Data.Sqlite", "Tornadose.SignalR"] },
        { "Tornadose.SignalR.Blazor", [], ["Microsoft.AspNetCore.Components.Web", "Tornadose.SignalR.Abstractions"] },
        {
            "Tornadose.SignalR.Client", [],
            ["Microsoft.AspNetCore.SignalR.Client", "Microsoft.Extensions.Http", "Tornadose.SignalR.Abstractions"]
        },
        { "Tornadose.SignalR.Specifications", [], ["Tornadose.SignalR", "xunit.v3.assert", "xunit.v3.extensibility.core"] },
    };

    [Fact]
    public async Task Tool_Installed_RunsAndSaysWhatItDoes()
    {
        await packages.PackAsync();
        var folder = Directory.CreateTempSubdirectory("tornadose-tool");
        try
        {
            await DotNet.RunAsync(
                folder.FullName, "tool", "install", "Tornadose.SignalR.Tool", "--tool-path", folder.FullName, "--add-source",
                packages.Feed,
                "--prerelease");
            await using var tool = LineProcess.Start(Path.Combine(folder.FullName, "tornadose"), ["--help"]);
            Assert.Equal(0, await tool.ExitCodeAsync());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>
    /// An editor finds the schema through the package's targets, also in a project that references the package through another.
    /// </summary>
    [Fact]
    public async Task Aspire_Targets_NameTheSchemaOfThePackage()
    {
        const string Id = "Tornadose.SignalR.Aspire";
        using var zip = await packages.OpenAsync(Id);
        var targets = await ReadAsync(zip, $"buildTransitive/net10.0/{Id}.targets");
        Assert.Contains("$(MSBuildThisFileDirectory)../../ConfigurationSchema.json", targets, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Package_Files_AreAllThatAUserNeedsAndNothingElse(string id, string[] others, string[] dependencies)
    {
        _ = dependencies;
        using var zip = await packages.OpenAsync(id);
        var files = zip.Entries.Select(static entry => entry.FullName)
            .Where(static name => !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith(
                "package/", StringComparison.Ordinal))
            .Where(static name => name != "[Content_Types].xml" && !name.StartsWith("build", StringComparison.Ordinal));
        string[] expected = [
            "LICENSE", "README.md", $"{id}.nuspec", "icon.png", $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml", .. others];
        Assert.Equal(expected.Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Package_Metadata_NamesLicenceReadmeIconAndDependencies(string id, string[] others, string[] dependencies)
    {
        _ = others;
        using var zip = await packages.OpenAsync(id);
        var nuspec = XDocument.Parse(await ReadAsync(zip, $"{id}.nuspec"));
        string? Value(string name) => nuspec.Descendants().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
        Assert.Equal((id, "MIT", "README.md", "icon.png"), (Value("id"), Value("license"), Value("readme"), Value("icon")));
        Assert.NotEmpty(Value("description")!);
        var found = nuspec.Descendants().Where(static element => element.Name.LocalName == "dependency").ToArray();
        Assert.Equal(dependencies, found.Select(static element => element.Attribute("id")!.Value).Order(StringComparer.Ordinal));
        // Packages of this repository share internals, so each depends on exactly its own version.
        Assert.All(
            found.Where(static element => element.Attribute("id")!.Value.StartsWith("Tornadose", StringComparison.Ordinal)),
            element => Assert.Equal($"[{Value("version")}]", element.Attribute("version")!.Value));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Package_Readme_HasNoLinksThatABrowserCannotFollow(string id, string[] others, string[] dependencies)
    {
        _ = (others, dependencies);
        using var zip = await packages.OpenAsync(id);
        var readme = await ReadAsync(zip, "README.md");
        Assert.StartsWith($"# {id}\n", readme, StringComparison.Ordinal);
        Assert.DoesNotMatch(RelativeLink, readme);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Package_Symbols_BelongToItsAssemblies(string id, string[] others, string[] dependencies)
    {
        _ = dependencies;
        using var zip = await packages.OpenAsync(id);
        using var symbols = await packages.OpenAsync(id, "snupkg");
        foreach (
            var assembly in others.Where(static file => file.EndsWith(".dll", StringComparison.Ordinal)).Append($"lib/net10.0/{id}.dll"))
        {
            using var image = new PEReader(new MemoryStream(await ReadBytesAsync(zip, assembly)));
            using var provider = MetadataReaderProvider.FromPortablePdbStream(
                new MemoryStream(await ReadBytesAsync(symbols, Path.ChangeExtension(assembly, ".pdb"))));
            var entries = image.ReadDebugDirectory();
            var codeView = image.ReadCodeViewDebugDirectoryData(
                entries.Single(static entry => entry.Type == DebugDirectoryEntryType.CodeView));
            Assert.Equal(codeView.Guid, new BlobContentId(provider.GetMetadataReader().DebugMetadataHeader!.Id).Guid);
            Assert.Contains(entries, static entry => entry.Type == DebugDirectoryEntryType.Reproducible);
        }
    }

    [Fact]
    public async Task Abstractions_InTheServersPackage_IsTheOneOfItsOwnPackage()
    {
        using var own = await packages.OpenAsync(Shared);
        using var server = await packages.OpenAsync("Tornadose.SignalR");
        Assert.Equal(await ReadBytesAsync(own, $"lib/net10.0/{Shared}.dll"), await ReadBytesAsync(server, $"lib/net10.0/{Shared}.dll"));
    }

    private static async Task<string> ReadAsync(ZipArchive zip, string name) =>
        System.Text.Encoding.UTF8.GetString(await ReadBytesAsync(zip, name)).TrimStart('\ufeff');

    private static async Task<byte[]> ReadBytesAsync(ZipArchive zip, string name)
    {
        await using var stream = await zip.GetEntry(name)!.OpenAsync();
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    [GeneratedRegex(@"!?\[[^\]]*\]\((?!https://)")]
    private static partial Regex RelativeLink { get; }
}
