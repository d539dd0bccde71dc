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
        await NodeAsync("build.mjs", "--check");
        await NodeAsync("node_modules/publint/src/cli.js", "--strict", "--pack", "npm");
        // Packed elsewhere, and not built again: other tests read these folders.
        var packed = Directory.CreateTempSubdirectory("tornadose-pack");
        try
        {
            await RunAsync("npm", "pack", "--ignore-scripts", "--pack-destination", packed.FullName);
            await NodeAsync(
                "node_modules/@arethetypeswrong/cli/dist/index.js", Assert.Single(packed.GetFiles()).FullName, "--profile", "esm-only");
        }
        finally
        {
            packed.Delete(recursive: true);
        }
    }

    [Fact]
    public Task Script_AgainstWiresThatAreMadeUp_BehavesAsDocumented() =>
        NodeAsync("--test", "--test-timeout=60000", Path.Combine(ScriptFiles.Tests, "tornadose.test.mjs"));

    [Fact]
    public Task Declarations_AgainstWhatUsersWrite_Compile() =>
        NodeAsync("node_modules/typescript/bin/tsc", "-p", ScriptFiles.Tests);

    private static Task NodeAsync(params string[] arguments) => RunAsync("node", arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        if (!Directory.Exists(Path.Combine(ScriptFiles.Source, "node_modules")))
            throw new InvalidOperationException($"Run 'npm ci' in {ScriptFiles.Source} before the tests of the script.");
        var start = new ProcessStartInfo(program, arguments)
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
