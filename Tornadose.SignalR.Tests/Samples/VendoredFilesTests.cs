using System.Security.Cryptography;
using System.Text.Json;

namespace Tornadose.SignalR.Tests.Samples;

public sealed class VendoredFilesTests
{
    public static TheoryData<string, string> Files => new()
    {
        { "@microsoft/signalr", "dist/browser/signalr.min.js" },
        { "uplot", "dist/uPlot.iife.min.js" },
        { "uplot", "dist/uPlot.min.css" },
    };

    [Theory, MemberData(nameof(Files))]
    public void VendoredFile_Content_IsThatOfThePackage(string package, string file) =>
        Assert.Equal(Hash(InPackage(package, file)), Hash(Path.Combine(SampleFiles.Sources, "wwwroot/vendor", Path.GetFileName(file))));

    [Theory, MemberData(nameof(Files))]
    public void VendoredFile_Notices_NameVersionAndHash(string package, string file)
    {
        var notices = File.ReadAllText(Path.Combine(SampleFiles.Sources, "THIRD-PARTY-NOTICES.md"));
        using var installed = JsonDocument.Parse(File.ReadAllText(InPackage(package, "package.json")));
        Assert.Contains($"{package} {installed.RootElement.GetProperty("version")}", notices, StringComparison.Ordinal);
        Assert.Contains(Hash(InPackage(package, file)), notices, StringComparison.Ordinal);
    }

    // npm has checked the installed files against the hash in the lock file.
    private static string InPackage(string package, string file) => Path.Combine(SampleFiles.TestClients, "node_modules", package, file);

    private static string Hash(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
}
