using System.Diagnostics;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>Runs commands of the SDK to completion. They leave no build servers behind.</summary>
internal static class DotNet
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(15);

    /// <summary>Runs a command that must succeed.</summary>
    /// <returns>What it wrote.</returns>
    public static async Task<string> RunAsync(string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        using var process = Process.Start(start)!;
        try
        {
            var output = string.Concat(
                await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).WithTimeout(Timeout));
            await process.WaitForExitAsync().WithTimeout();
            Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}\n{output}");
            return output;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
