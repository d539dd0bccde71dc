using System.Diagnostics;
using System.Globalization;

namespace Tornadose.Attack;

/// <summary>The server that is attacked, in its own process.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private long _logged;

    private ServerProcess(Process process, int port)
    {
        (_process, Port) = (process, port);
        _process.ErrorDataReceived += (_, line) => Interlocked.Add(ref _logged, line.Data?.Length + 1 ?? 0);
        _process.BeginErrorReadLine();
    }

    public int Port { get; }

    /// <summary>For HTTP/2 without TLS.</summary>
    public int Http2Port => Port + 1;

    public bool Runs => !_process.HasExited;

    /// <summary>How many characters the server has logged.</summary>
    public long Logged => Interlocked.Read(ref _logged);

    /// <summary>Resident memory.</summary>
    public double Megabytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").First(
                static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        }
    }

    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static async Task<ServerProcess> StartAsync(params string[] options)
    {
        var process = Start(options);
        while (await process.StandardOutput.ReadLineAsync() is { } line)
            if (line.StartsWith("port ", StringComparison.Ordinal))
                return new ServerProcess(process, int.Parse(line[5..], CultureInfo.InvariantCulture));
        throw new InvalidOperationException("The server did not start: " + await process.StandardError.ReadToEndAsync());
    }

    /// <summary>The error output of a server that fails to start; null if it starts.</summary>
    public static async Task<string?> FailToStartAsync(params string[] options)
    {
        using var process = Start(options);
        var said = process.StandardError.ReadToEndAsync();
        if (await process.StandardOutput.ReadLineAsync() is not null)
        {
            process.Kill();
            return null;
        }

        return await said;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static Process Start(string[] options) => Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["server", .. options])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
