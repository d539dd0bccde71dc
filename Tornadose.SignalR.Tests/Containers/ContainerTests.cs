using System.Text.Json;
using System.Text.RegularExpressions;
using Tornadose.SignalR.Tests.Samples;

namespace Tornadose.SignalR.Tests.Containers;

/// <summary>What <c>dotnet publish -t:PublishContainer</c> puts into an image; no container engine is needed for it.</summary>
public sealed partial class ContainerTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Server_Image_RunsAsNobodyInParticularWithItsOwnPlatformsFilesAlone()
    {
        await using var image = await ContainerImage.PublishAsync("Tornadose.SignalR.Server", "-r", "linux-x64", "--no-restore");
        AssertIsFitForProduction(image, "tornadose-server.dll", "Tornadose.SignalR server");
        Assert.Equal(["libe_sqlite3.so"], image.Files.Where(static file => file.Contains("e_sqlite3.", StringComparison.Ordinal) &&
            !file.EndsWith(".dll", StringComparison.Ordinal)));
        Assert.InRange(image.ApplicationBytes, 1_000_000, 6_000_000);

        await using var server = await DashboardServer.StartAsync(image.PathOf("/app/tornadose-server.dll"), [
            "--Server:Stores:orders=queue", "--Server:AnonymousReaders=true",
            $"--Server:Sqlite=Data Source={image.PathOf("/stores.db")}"]);
        using var http = new HttpClient { BaseAddress = server.Url };
        Assert.Equal("Healthy", await http.GetStringAsync("health/ready"));
    }

    [Fact]
    public async Task Dashboard_Image_RunsAsNobodyInParticularAndHasItsPage()
    {
        await using var image = await ContainerImage.PublishAsync("samples/BlazorDashboard", "--no-build");
        AssertIsFitForProduction(image, "BlazorDashboard.dll", "Tornadose.SignalR dashboard");
        Assert.InRange(image.ApplicationBytes, 1_000_000, 25_000_000);

        await using var server = await DashboardServer.StartAsync(image.PathOf("/app/BlazorDashboard.dll"), []);
        using var http = new HttpClient { BaseAddress = server.Url };
        var page = await http.GetStringAsync("");
        foreach (Match script in Scripts.Matches(page))
            Assert.True((await http.GetAsync(script.Groups[1].Value)).IsSuccessStatusCode, script.Value);
    }

    private void AssertIsFitForProduction(ContainerImage image, string program, string title)
    {
        output.WriteLine($"{title}: {image.ApplicationBytes:N0} bytes above the base image, {image.Files.Count} files");
        var settings = image.Configuration;
        Assert.Equal("1654", settings.GetProperty("User").GetString());
        Assert.Equal(["dotnet", $"/app/{program}"], Strings(settings.GetProperty("Entrypoint")));
        Assert.Equal(["8080/tcp"], settings.GetProperty("ExposedPorts").EnumerateObject().Select(static port => port.Name));
        Assert.Contains("ASPNETCORE_HTTP_PORTS=8080", Strings(settings.GetProperty("Env")));
        var labels = settings.GetProperty("Labels");
        Assert.Equal(title, Label("title"));
        Assert.Equal("MIT", Label("licenses"));
        Assert.StartsWith("0.", Label("version"), StringComparison.Ordinal); // not 1.0.0, which is that of a project without one
        Assert.NotEmpty(Label("description")!);
        Assert.Contains(program, image.Files);
        Assert.Contains("wwwroot/_content/Tornadose.SignalR/tornadose.js", image.Files);
        Assert.DoesNotContain(image.Files, static file => Unwanted.IsMatch(file));

        string? Label(string name) => labels.GetProperty($"org.opencontainers.image.{name}").GetString();
    }

    private static IEnumerable<string?> Strings(JsonElement array) => array.EnumerateArray().Select(static item => item.GetString());

    /// <summary>Symbols, documentation, sources, and what developers keep for themselves.</summary>
    [GeneratedRegex(@"\.(pdb|xml|cs|csproj|razor|user|pfx|pem|key|env|db)$|Development|secrets|launchSettings", RegexOptions.IgnoreCase)]
    private static partial Regex Unwanted { get; }

    [GeneratedRegex("<script[^>]* src=\"([^\"]+)\"")]
    private static partial Regex Scripts { get; }
}
