using System.IO.Compression;
using System.Xml.Linq;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Packaging;

/// <summary>The suites as others get them: by a package that brings the library and xunit's core, and no runner.</summary>
public sealed class SpecificationsPackageTests
{
    [Fact]
    public async Task Package_Specifications_NeedsTheLibraryAndXunitsCoreAlone()
    {
        var folder = Directory.CreateTempSubdirectory("tornadose-specifications");
        try
        {
            await DotNet.RunAsync(Repository.File(""), "pack", "Tornadose.SignalR.Specifications", "--no-build", "--nologo", "-c", Repository.Metadata("Configuration"), "-o", folder.FullName, "-v", "q");
            using var zip = await ZipFile.OpenReadAsync(Assert.Single(folder.GetFiles("*.nupkg")).FullName);
            await using var stream = await zip.GetEntry("Tornadose.SignalR.Specifications.nuspec")!.OpenAsync();
            var nuspec = await XDocument.LoadAsync(stream, LoadOptions.None, default);
            Assert.Equal(
                ["Tornadose.SignalR", "xunit.v3.assert", "xunit.v3.extensibility.core"],
                nuspec.Descendants().Where(static element => element.Name.LocalName == "dependency").Select(static element => element.Attribute("id")!.Value).Order(StringComparer.Ordinal));
            Assert.NotNull(zip.GetEntry("your-own-store.md"));
            Assert.NotNull(zip.GetEntry("lib/net10.0/Tornadose.SignalR.Specifications.xml"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
