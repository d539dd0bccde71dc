using System.Runtime.InteropServices;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Packaging;

/// <summary>
/// A web project outside the solution that uses the library from its packages. Its other dependencies are available because this
/// solution was restored; nothing of it remains in the machine's package folder.
/// </summary>
internal sealed class ConsumerApp : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tornadose-consumer");
    private LineProcess? _process;

    public Uri Url { get; private set; } = null!;

    /// <param name="package">The packages.</param>
    /// <param name="program">The source of its program.</param>
    /// <param name="properties">Properties of the project.</param>
    /// <param name="items">Items of the project, in addition to the server's package.</param>
    public static async Task<ConsumerApp> CreateAsync(
        PackageFixture package, string program, string properties = "", string items = "")
    {
        await package.PackAsync();
        var app = new ConsumerApp();
        await app.WriteAsync("Program.cs", program);
        await app.WriteAsync("Directory.Build.props", $"""
            <Project>
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <RestorePackagesPath>{app._folder.FullName}/packages</RestorePackagesPath>
                <RestoreFallbackFolders>{Repository.Metadata("NuGetPackageRoot").TrimEnd('/')}</RestoreFallbackFolders>
                <RestoreAdditionalProjectSources>{package.Feed}</RestoreAdditionalProjectSources>
              </PropertyGroup>
            </Project>
            """);
        await app.WriteAsync("Consumer.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Tornadose.SignalR" Version="*-*" />
                {items}
              </ItemGroup>
            </Project>
            """);
        return app;
    }

    public async Task WriteAsync(string file, string text)
    {
        var path = Path.Combine(_folder.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, text);
    }

    public async Task BuildAndStartAsync(params string[] arguments)
    {
        await DotNet.RunAsync(_folder.FullName, "build", "--nologo", "-v", "q", "-o", "out");
        // As `dotnet run` does: only Development finds the packages' static files here.
        await StartAsync("dotnet", ["out/Consumer.dll", "--environment", "Development", .. arguments]);
    }

    /// <summary>Publishes for a machine that has .NET, and starts the result.</summary>
    /// <returns>The warnings of the publish.</returns>
    public async Task<string> PublishPortableAndStartAsync()
    {
        var warnings = await DotNet.RunAsync(_folder.FullName, "publish", "Consumer.csproj", "--nologo", "-v", "q", "-o", "out");
        await StartAsync("dotnet", ["out/Consumer.dll", "--contentRoot", Path.Combine(_folder.FullName, "out")]);
        return warnings;
    }

    /// <summary>Publishes a self-contained application for this machine. A warning is an error.</summary>
    private Task PublishAsync() => DotNet.RunAsync(
        _folder.FullName, "publish", "--nologo", "-v", "q", "-o", "out", "-r", RuntimeInformation.RuntimeIdentifier, "--self-contained");

    /// <summary>Runs the published program, and returns its first line of output.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        await using var process = LineProcess.Start(Path.Combine(_folder.FullName, "out", "Consumer"), arguments, _folder.FullName);
        return await process.NextAsync(StartTimeout);
    }

    /// <summary>Publishes and starts a web application.</summary>
    public async Task PublishAndStartAsync(params string[] arguments)
    {
        await PublishAsync();
        await StartAsync(Path.Combine(_folder.FullName, "out", "Consumer"), arguments);
    }

    /// <summary>Kills the published application with <c>kill -9</c> and starts it again.</summary>
    public async Task KillAndStartAgainAsync(params string[] arguments)
    {
        await _process!.DisposeAsync();
        await StartAsync(Path.Combine(_folder.FullName, "out", "Consumer"), arguments);
    }

    public bool Has(string file) => File.Exists(Path.Combine(_folder.FullName, "out", file));

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task StartAsync(string file, string[] arguments)
    {
        const string Listening = "Now listening on: ";
        _process = LineProcess.Start(file, [.. arguments, "--urls", "http://127.0.0.1:0"], _folder.FullName);
        string line;
        do
            line = await _process.NextAsync(StartTimeout);
        while (!line.Contains(Listening, StringComparison.Ordinal));
        Url = new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..]);
    }
}
