using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Tornadose.SignalR.Tests.Samples;

/// <summary>A proxy between a browser and a server that cuts all connections on request, to simulate a short network failure.</summary>
internal sealed class CutProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> _connections = [];
    private readonly Task _accepting;

    private CutProxy(Uri target)
    {
        _listener.Start();
        Url = new UriBuilder(target) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;
        _accepting = AcceptAsync(target);
    }

    public Uri Url { get; }

    public static CutProxy Start(Uri target) => new(target);

    public void Cut()
    {
        while (_connections.TryTake(out var connection))
            connection.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        Cut();
    }

    private async Task AcceptAsync(Uri target)
    {
        try
        {
            while (true)
            {
                var browser = await _listener.AcceptTcpClientAsync();
                var server = new TcpClient();
                _connections.Add(browser);
                _connections.Add(server);
                _ = ConnectAsync(browser, server, target);
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // The listener was disposed of.
        }
    }

    private static async Task ConnectAsync(TcpClient browser, TcpClient server, Uri target)
    {
        try
        {
            await server.ConnectAsync(target.Host, target.Port);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            browser.Dispose(); // the server is down
            return;
        }

        await Task.WhenAll(PumpAsync(browser, server), PumpAsync(server, browser));
    }

    private static async Task PumpAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut, or closed by one side.
        }

        from.Dispose();
        to.Dispose();
    }
}
