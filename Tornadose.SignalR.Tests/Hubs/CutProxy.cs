using System.Net;
using System.Net.Sockets;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>A link between client and server that can be cut, frozen and restored.</summary>
internal sealed class CutProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];
    private volatile Uri? _target;
    private readonly Task _accepting;
    private TaskCompletionSource _open = Opened();
    private int _connections;

    private CutProxy(Uri target)
    {
        _target = target;
        _listener.Start();
        Url = new UriBuilder(target) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;
        _accepting = AcceptAsync();
    }

    /// <summary>The target's URL as clients see it.</summary>
    public Uri Url { get; }

    /// <summary>The number of connections accepted so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public static CutProxy Start(Uri target) => new(target);

    /// <summary>Resets the connections that exist now. Those that clients then make are not cut.</summary>
    public void Cut()
    {
        lock (_sockets)
            ResetAll();
    }

    /// <summary>Ends all connections; new ones go to another server, or end at once while there is none.</summary>
    public void Redirect(Uri? target)
    {
        lock (_sockets)
        {
            _target = target;
            ResetAll();
        }
    }

    /// <summary>Stops forwarding without closing any connection.</summary>
    public void Freeze() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Thaw() => _open.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Cut();
        Thaw();
        await _accepting;
        Cut(); // a connection that was just being made
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception gone) when (gone is ObjectDisposedException or SocketException)
        {
            // closed already
        }

        socket.Close();
    }

    private void ResetAll()
    {
        foreach (var socket in _sockets)
            Reset(socket);
        _sockets.Clear();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                await ConnectAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception stopped) when (stopped is SocketException or InvalidOperationException)
        {
            // disposed: while it accepts, or (InvalidOperationException) between two connections
        }
    }

    private async Task ConnectAsync(Socket client)
    {
        Interlocked.Increment(ref _connections);
        if (_target is not { } target)
        {
            Reset(client);
            return;
        }

        var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, target.Port);
        }
        catch (SocketException)
        {
            Reset(client); // the server has just stopped
            return;
        }

        bool isCurrent;
        lock (_sockets)
        {
            isCurrent = _target == target;
            if (isCurrent)
                _sockets.AddRange([client, server]);
        }

        if (!isCurrent) // redirected meanwhile
        {
            Reset(client);
            Reset(server);
            return;
        }

        _ = PumpAsync(client, server);
        _ = PumpAsync(server, client);
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var received and > 0)
            {
                await _open.Task;
                await to.SendAsync(buffer.AsMemory(0, received));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
        {
            // the other direction ends as well
            to.Dispose();
        }
    }
}
