using System.Diagnostics;
using System.Globalization;
using Tornadose.Benchmarks.Native;

namespace Tornadose.Benchmarks.Peers;

/// <summary>A server that was started for measurements.</summary>
/// <param name="process">The process.</param>
/// <param name="port">Where it listens.</param>
internal sealed class RunningServer(Process process, int port) : IDisposable
{
    private static readonly HttpClient Http = new();

    public int Port => port;

    /// <summary>The process, and those it has started.</summary>
    public IReadOnlyList<int> Processes => ProcessUsage.Family(process.Id);

    public double CpuSeconds => ProcessUsage.CpuSeconds(Processes);

    public long ResidentBytes => ProcessUsage.ResidentBytes(Processes);

    /// <summary>Starts a server of this program.</summary>
    public static RunningServer StartOwn(string arguments)
    {
        var process = Launch(Environment.ProcessPath!, $"server {arguments}");
        var line = process.StandardOutput.ReadLine();
        return int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? new RunningServer(process, port)
            : throw new InvalidOperationException($"'server {arguments}' did not start: {line}");
    }

    public static Process Launch(string program, string arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        UseShellExecute = false,
    })!;

    public string Get(string path) => Http.GetStringAsync(new Uri($"http://127.0.0.1:{port}{path}")).GetAwaiter().GetResult();

    /// <summary>Asks one of our own servers for what it has allocated since it started, in bytes.</summary>
    public long AllocatedBytes() => long.Parse(Get("/process").Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>
    /// How many methods one of our own servers has compiled. Methods that are called often are compiled once more, in the
    /// background, for many seconds.
    /// </summary>
    public long CompiledMethods() => long.Parse(Get("/process").Split(' ')[1], CultureInfo.InvariantCulture);

    public void CollectGarbage() => Get("/process?collect=true");

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }
}
