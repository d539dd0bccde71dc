using System.Security.Cryptography;
using System.Text.Json;

namespace Tornadose.SignalR.Tests.Samples;

public sealed class VendoredFilesTests
{
    private static readonly string Package = Path.Combine(SampleFiles.TestClients, "node_modules/@microsoft/signalr");

    [Fact]
    public void SignalR_VendoredScript_IsTheOneOfThePackage() =>
        Assert.Equal(Hash(Path.Combine(Package, "dist/browser/signalr.min.js")), Hash(Path.Combine(SampleFiles.Sources, "wwwroot/vendor/signalr.min.js")));

    [Fact]
    public void SignalR_Notices_NameVersionAndHash()
    {
        var notices = File.ReadAllText(Path.Combine(SampleFiles.Sources, "THIRD-PARTY-NOTICES.md"));
        using var package = JsonDocument.Parse(File.ReadAllText(Path.Combine(Package, "package.json")));
        Assert.Contains($"@microsoft/signalr {package.RootElement.GetProperty("version")}", notices, StringComparison.Ordinal);
        Assert.Contains(Hash(Path.Combine(Package, "dist/browser/signalr.min.js")), notices, StringComparison.Ordinal);
    }

    private static string Hash(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
}
