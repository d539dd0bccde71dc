using System.Diagnostics;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.JavaScript;

/// <summary>Checks of the script that need no server.</summary>
public sealed class ScriptFileTests
{
    /// <summary>The static asset is committed, so that the server's package can be built without Node.</summary>
    [Fact]
    public async Task Script_AsCommitted_IsWhatItsSourceCompilesToAndPacksWithoutComplaint()
    {
        await RunAsync("build.mjs", "--check");
        await RunAsync("node_modules/publint/src/cli.js", "--strict", "--pack", "npm");
        await RunAsync("node_modules/@arethetypeswrong/cli/dist/index.js", "--pack", ".", "--profile", "esm-only");
    }

    [Fact]
    public Task Script_AgainstWiresThatAreMadeUp_BehavesAsDocumented() =>
        RunAsync("--test", "--test-timeout=60000", Path.Combine(ScriptFiles.Tests, "tornadose.test.mjs"));

    [Fact]
    public Task Declarations_AgainstWhatUsersWrite_Compile() =>
        RunAsync("node_modules/typescript/bin/tsc", "-p", ScriptFiles.Tests);

    private static async Task RunAsync(params string[] arguments)
    {
        if (!Directory.Exists(Path.Combine(ScriptFiles.Source, "node_modules")))
            throw new InvalidOperationException($"Run 'npm ci' in {ScriptFiles.Source} before the tests of the script.");
        var start = new ProcessStartInfo("node", arguments)
        {
            WorkingDirectory = ScriptFiles.Source,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            var output = await Task.WhenAll(
                process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).WithTimeout(TimeSpan.FromMinutes(2));
            await process.WaitForExitAsync().WithTimeout();
            Assert.True(process.ExitCode == 0, string.Join('\n', output));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
