using System.Diagnostics;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Documents;

/// <summary>The figures of docs/scaling.md are computed from measurements; the script that computes them checks the document.</summary>
public sealed class ScalingTests : IDisposable
{
    private static readonly string[] Files = ["eng/scaling.py", "docs/scaling.md", "benchmarks/results.json"];

    private readonly string _folder = Directory.CreateTempSubdirectory("scaling").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Tables_OfTheDocument_AreWhatTheMeasurementsSay()
    {
        var (status, output) = await CheckAsync(Repository.File("eng/scaling.py"));
        Assert.True(status == 0, output);
    }

    [Fact]
    public async Task Check_FigureThatNobodyMeasured_FailsAndNamesIt()
    {
        foreach (var file in Files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, file))!);
            File.Copy(Repository.File(file), Path.Combine(_folder, file));
        }

        var document = Path.Combine(_folder, "docs/scaling.md");
        await File.WriteAllTextAsync(document, (await File.ReadAllTextAsync(document))
            .Replace("| ten a second, 300 B |", "| ten a second, 300 B | 1", StringComparison.Ordinal));
        var (status, output) = await CheckAsync(Path.Combine(_folder, "eng/scaling.py"));
        Assert.Equal(1, status);
        Assert.Contains("| ten a second, 300 B | 1", output, StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Output)> CheckAsync(string script)
    {
        using var process = Process.Start(
            new ProcessStartInfo("python3", [script, "--check"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = await Task.WhenAll(process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync()).WithTimeout();
        await process.WaitForExitAsync().WithTimeout();
        return (process.ExitCode, string.Join('\n', output));
    }
}
