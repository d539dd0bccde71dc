using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>
/// A real <c>redis-server</c> of a test's own, on a free port and with its own directory, that can be killed, stopped and started again.
/// </summary>
public sealed class RedisProcess : IAsyncDisposable
{
    private static int _lastPort = Random.Shared.Next(9_000);

    private readonly string _binary;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tornadose-redis");
    private Process? _process;

    private RedisProcess(string binary, int port) => (_binary, Port) = (binary, port);

    public int Port { get; }

    /// <summary>The connection string, with timeouts for a busy machine.</summary>
    public string ConnectionString => ConnectionStringFor(Port);

    /// <summary>The arguments of a server in a process of its own that keeps its stores here.</summary>
    public string[] NodeArguments => ["--redis", ConnectionString, "--Tornadose:Redis:CommandTimeout=00:00:30"];

    public static string ConnectionStringFor(int port) => $"127.0.0.1:{port},connectTimeout=5000,asyncTimeout=15000";

    /// <summary>
    /// The server that the tests start; <c>TORNADOSE_REDIS_SERVER</c> names another version, or another server that speaks its protocol.
    /// </summary>
    private static string Binary { get; } = Environment.GetEnvironmentVariable("TORNADOSE_REDIS_SERVER") ?? "redis-server";

    public static Task<RedisProcess> StartAsync(params string[] arguments) => StartBinaryAsync(Binary, arguments);

    /// <exception cref="InvalidOperationException">The binary is not installed, or it did not start.</exception>
    public static async Task<RedisProcess> StartBinaryAsync(string binary, params string[] arguments)
    {
        var redis = new RedisProcess(binary, FreePort());
        try
        {
            await redis.RestartAsync(arguments);
            return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// A port that nobody listens on, for a process that is started later, or never. It is below the range from which the system takes
    /// ports, so that no server or client of another test gets it in the meantime, and it is none of those that browsers refuse. A
    /// cluster's node also uses the port 10,000 above.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = 11_000 + (int)((uint)Interlocked.Increment(ref _lastPort) % 9_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // somebody listens there
            }
        }
    }

    /// <summary>A Redis that is not running yet, but whose port is known.</summary>
    public static RedisProcess Later() => new(Binary, FreePort());

    /// <summary>
    /// Starts the server, also after a kill. It loads what its directory holds if <paramref name="arguments"/> say so
    /// (<c>--appendonly yes</c>, a dump file).
    /// </summary>
    public async Task RestartAsync(params string[] arguments)
    {
        string[] persistence = arguments.Contains("--save") ? [] : ["--save", ""];
        var start = new ProcessStartInfo(_binary,
            ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", _directory.FullName, "--daemonize", "no", .. persistence, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Launch(start);
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.TrueAsync(AnswersAsync);
    }

    /// <summary><c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync().WithTimeout();
    }

    /// <summary><c>SIGSTOP</c>: connections stay, nothing is answered.</summary>
    public void Suspend() => Signal("-STOP");

    /// <summary><c>SIGCONT</c>.</summary>
    public void Resume() => Signal("-CONT");

    /// <summary>Removes everything that a restart could load.</summary>
    public void ForgetFiles()
    {
        foreach (var file in _directory.GetFileSystemInfos())
        {
            if (file is DirectoryInfo directory)
                directory.Delete(recursive: true);
            else
                file.Delete();
        }
    }

    /// <summary>Runs one command over a connection of its own.</summary>
    public async Task<object?> CommandAsync(params object[] arguments)
    {
        using var connection = await RespConnection.OpenAsync(Port);
        return await connection.CommandAsync(arguments);
    }

    /// <summary>How often a command was called, by clients and by scripts, since the statistics were last reset.</summary>
    public async Task<int> CallsAsync(string command)
    {
        var calls = Regex.Match((string)(await CommandAsync("INFO", "commandstats"))!, $"cmdstat_{command}:calls=([0-9]+)");
        return calls.Success ? int.Parse(calls.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
        _process?.Dispose();
        _directory.Delete(recursive: true);
    }

    private static Process Launch(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException(
                $"These tests need a real {start.FileName}, which is not installed. Run eng/test.sh, which installs it, or: apt-get " +
                    "install redis-server.", missing);
        }
    }

    private async Task<bool> AnswersAsync()
    {
        if (_process!.HasExited)
            throw new InvalidOperationException($"{_binary} ended with code {_process.ExitCode} on port {Port}.");
        try
        {
            return await CommandAsync("PING") is "PONG";
        }
        catch (Exception failure) when (failure is SocketException or IOException or RespException)
        {
            return false;
        }
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{_process!.Id}"]);
        kill.WaitForExit();
    }
}
