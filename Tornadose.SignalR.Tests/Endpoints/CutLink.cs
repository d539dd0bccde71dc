using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>A TCP link to the host that can be cut.</summary>
internal sealed class CutLink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly Uri _target;
    private readonly Task _accepting;

    private CutLink(Uri target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static CutLink Start(Uri target) => new(target);

    /// <summary>Breaks every connection that there is.</summary>
    public void Cut()
    {
        while (_sockets.TryTake(out var socket))
            socket.Close(timeout: 0);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await server.ConnectAsync(_target.Host, _target.Port);
                _sockets.Add(client);
                _sockets.Add(server);
                _ = PumpAsync(client, server);
                _ = PumpAsync(server, client);
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // disposed of
        }
    }

    private static async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var count and > 0)
                await to.SendAsync(buffer.AsMemory(0, count));
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
        {
            // the other direction ends as well
        }

        to.Dispose();
    }
}
