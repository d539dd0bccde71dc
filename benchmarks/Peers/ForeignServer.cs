using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tornadose.Benchmarks.Peers;

/// <summary>Starts programs that are not ours on a port of their own.</summary>
internal static class ForeignServer
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A Redis without persistence.</summary>
    public static RunningServer StartRedis() =>
        Start(
            "redis-server",
            static port => string.Create(CultureInfo.InvariantCulture, $"--port {port} --bind 127.0.0.1 --save \"\" --appendonly no"));

    public static RunningServer Start(string program, Func<int, string> arguments)
    {
        var port = FreePort();
        var server = new RunningServer(Launch(program, arguments(port)), port);
        for (var waited = Stopwatch.StartNew(); !Answers(port);)
        {
            if (waited.Elapsed > StartTimeout)
            {
                server.Dispose();
                throw new InvalidOperationException($"{program} did not start");
            }

            Thread.Sleep(50);
        }

        return server;
    }

    private static Process Launch(string program, string arguments)
    {
        try
        {
            var process = RunningServer.Launch(program, arguments);
            process.OutputDataReceived += static (_, _) => { }; // a full pipe would stop it
            process.BeginOutputReadLine();
            return process;
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException($"{program} is not installed");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool Answers(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
