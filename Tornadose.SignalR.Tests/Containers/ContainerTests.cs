using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Containers;

/// <summary>The contents of images by <c>dotnet publish -t:PublishContainer</c>, which needs no container engine.</summary>
public sealed partial class ContainerTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Server_Image_RunsAsNobodyInParticularWithItsOwnPlatformsFilesAlone()
    {
        await using var image = await ContainerImage.PublishAsync("Tornadose.SignalR.Server", "-r", "linux-x64", "--no-restore");
        AssertIsFitForProduction(image, "tornadose-server.dll", "Tornadose.SignalR server");
        Assert.Equal(["libe_sqlite3.so"], image.Files.Where(static file => file.Contains("e_sqlite3.", StringComparison.Ordinal) &&
            !file.EndsWith(".dll", StringComparison.Ordinal)));
        Assert.Equal("amd64", image.Architecture);
        Assert.InRange(image.ApplicationBytes, 1_000_000, 6_000_000);
        await AssertRunsAsync(image);
    }

    [Fact]
    public async Task Server_ImageForArm64_HasNativeCodeForItAlone()
    {
        await using var image = await ContainerImage.PublishAsync("Tornadose.SignalR.Server", "-r", "linux-arm64");
        Assert.Equal("arm64", image.Architecture);
        var native = Assert.Single(image.Files, static file => file.EndsWith("libe_sqlite3.so", StringComparison.Ordinal));
        Assert.Equal(183, (await File.ReadAllBytesAsync(image.PathOf($"/app/{native}")))[18]); // EM_AARCH64, in the ELF header
    }

    /// <summary>Runs with a read-only file system and as the image's user, who can write only to the volume.</summary>
    private static async Task AssertRunsAsync(ContainerImage image)
    {
        const string Key = "may-publish-orders";
        await using var container = await ContainerRun.StartAsync(
            image, "Server__Stores__orders=queue", "Server__AnonymousReaders=true", $"Server__Keys__shop__Secret={Key}",
            "Server__Keys__shop__Publish__0=orders", "Server__Sqlite=Data Source=/data/stores.db", "Tornadose__DrainWindow=00:00:01");
        Assert.Equal(1654, container.UserId);
        using var http = new HttpClient { BaseAddress = container.Url };
        Assert.Equal("Healthy", await http.GetStringAsync("health/ready"));
        Assert.True((await http.GetAsync("health/live")).IsSuccessStatusCode);
        await using var reader = await RawSse.OpenAsync(new Uri(container.Url, "stores/orders"));
        http.DefaultRequestHeaders.Add("X-Api-Key", Key);
        using var published = await http.PostAsync("stores/orders", new StringContent("hello", Encoding.UTF8, "text/plain"));
        Assert.True(published.IsSuccessStatusCode, container.Errors);
        Assert.Equal("hello", (await reader.NextAsync()).Data);
        await container.TerminateAsync();
        Assert.Equal(0, await container.ExitCodeAsync());
        Assert.Equal("", container.Errors);
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
        Assert.StartsWith("0.", Label("version"), StringComparison.Ordinal); // not 1.0.0, the default of a project without a version
        Assert.NotEmpty(Label("description")!);
        Assert.Contains(program, image.Files);
        Assert.Contains("wwwroot/_content/Tornadose.SignalR/tornadose.js", image.Files);
        Assert.DoesNotContain(image.Files, static file => Unwanted.IsMatch(file));

        string? Label(string name) => labels.GetProperty($"org.opencontainers.image.{name}").GetString();
    }

    private static IEnumerable<string?> Strings(JsonElement array) => array.EnumerateArray().Select(static item => item.GetString());

    /// <summary>Symbols, documentation, sources, and files that developers keep to themselves.</summary>
    [GeneratedRegex(@"\.(pdb|xml|cs|csproj|razor|user|pfx|pem|key|env|db)$|Development|secrets|launchSettings", RegexOptions.IgnoreCase)]
    private static partial Regex Unwanted { get; }

    [GeneratedRegex("<script[^>]* src=\"([^\"]+)\"")]
    private static partial Regex Scripts { get; }
}
