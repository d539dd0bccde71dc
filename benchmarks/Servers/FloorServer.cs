using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tornadose.Benchmarks.Native;

namespace Tornadose.Benchmarks.Servers;

/// <summary>
/// The least work that a fan-out can do: one thread, one frame that is created once, one <c>send</c> for each subscriber. It checks
/// nothing, drops what a slow subscriber does not take, and keeps nothing.
/// </summary>
internal sealed class FloorServer : IDisposable
{
    private const int ListenerTag = -1;

    private readonly EpollSet _set = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<FloorConnection> _connections = [];
    private readonly List<int> _subscribers = [];
    private readonly byte[] _received = new byte[128 * 1024];

    public static int Run()
    {
        using var server = new FloorServer();
        var serving = new Thread(server.Serve) { IsBackground = true };
        serving.Start();
        Console.In.ReadToEnd();
        return 0;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _set.Dispose();
    }

    private void Serve()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(4096);
        _set.Add(_listener, ListenerTag);
        Console.WriteLine(((IPEndPoint)_listener.LocalEndPoint!).Port);
        while (true)
        {
            var ready = _set.Wait(1000);
            for (var i = 0; i < ready; i++)
            {
                if (_set.TagAt(i) == ListenerTag)
                    Accept();
                else
                    Receive(_connections[_set.TagAt(i)]);
            }
        }
    }

    private void Accept()
    {
        var socket = _listener.Accept();
        socket.NoDelay = true;
        _set.Add(socket, _connections.Count);
        _connections.Add(new FloorConnection(socket));
    }

    private void Receive(FloorConnection connection)
    {
        var count = EpollSet.Receive(connection.Handle, _received);
        if (count <= 0)
        {
            _set.Remove(connection.Socket);
            _subscribers.Remove(connection.Handle);
            connection.Socket.Dispose();
            return;
        }

        connection.Pending.AddRange(_received.AsSpan(0, count));
        while (connection.TakeRequest() is { } request)
            Answer(connection, request);
    }

    private void Answer(FloorConnection connection, FloorRequest request)
    {
        if (request.IsSubscription)
        {
            EpollSet.Send(connection.Handle, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"u8);
            _subscribers.Add(connection.Handle);
            return;
        }

        var body = Encoding.UTF8.GetString(request.Body);
        var frame = Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{request.Body.Length + 8:x}\r\ndata: {body}\n\n\r\n"));
        foreach (var subscriber in _subscribers)
            EpollSet.Send(subscriber, frame);
        EpollSet.Send(connection.Handle, "HTTP/1.1 204 No Content\r\n\r\n"u8);
    }
}
