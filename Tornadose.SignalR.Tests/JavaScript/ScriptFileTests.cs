using System.Diagnostics;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.JavaScript;

/// <summary>What can be said of the script without a server.</summary>
public sealed class ScriptFileTests
{
    /// <summary>Without any compression: what a page pays once it is minified.</summary>
    private const int MaxBytes = 6_000;

    [Fact]
    public async Task Script_Minified_IsSmall()
    {
        await using var node = NodeClient.Start("minify.mjs", null, new { file = ScriptFiles.Module });
        Assert.InRange((await node.NextAsync("done")).GetProperty("bytes").GetInt32(), 1, MaxBytes - 1);
    }

    [Fact]
    public Task Script_AgainstWiresThatAreMadeUp_BehavesAsDocumented() =>
        RunAsync("--test", "--test-timeout=60000", Path.Combine(ScriptFiles.Tests, "tornadose.test.mjs"));

    [Fact]
    public Task Declarations_AgainstWhatUsersWrite_Compile() =>
        RunAsync(Path.Combine(ScriptFiles.Clients, "node_modules/typescript/bin/tsc"), "-p", ScriptFiles.Tests);

    private static async Task RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        try
        {
            var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).WithTimeout(TimeSpan.FromMinutes(2));
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
