using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>An in-process TCP proxy between a client and Redis that simulates network faults.</summary>
public sealed class ChaosProxy : IAsyncDisposable
{
    private int _target;
    private readonly ConcurrentDictionary<ChaosConnection, Task> _connections = new();
    private volatile TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private int _droppableMessages;
    private byte[]? _cutReplyTo;
    private int _dropped;

    private ChaosProxy(int target, int port) => (_target, Port) = (target, port);

    public int Port { get; }

    /// <summary>The latency of every byte, in each direction.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>
    /// The share of packets that are lost, from 0 to 1. TCP retransmits them, so a connection sees a loss as a pause of
    /// <see cref="RetransmissionTimeout"/> for everything that follows.
    /// </summary>
    public double Loss { get; set; }

    /// <summary>The shortest retransmission timeout of Linux.</summary>
    internal static readonly TimeSpan RetransmissionTimeout = TimeSpan.FromMilliseconds(200);

    /// <summary>The bandwidth of a connection in bytes a second, in each direction; 0 for no limit.</summary>
    public int BytesPerSecond { get; set; }

    /// <summary>While it is set, incoming data is not read and piles up at the sender.</summary>
    public bool StopReading { get; set; }

    /// <summary>The number of bus messages that were dropped so far.</summary>
    public int Dropped => _dropped;

    public static ChaosProxy Start(int target)
    {
        var proxy = new ChaosProxy(target, RedisProcess.FreePort());
        proxy.Listen();
        return proxy;
    }

    /// <summary>Takes connections again after <see cref="Stop"/>.</summary>
    public void Listen()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        _accepting = AcceptAsync(_listener);
    }

    /// <summary>Partition: cuts every connection and refuses new ones.</summary>
    public void Stop()
    {
        _listener?.Stop();
        _listener = null;
        CutAll();
    }

    public void CutAll()
    {
        foreach (var connection in _connections.Keys)
            connection.Cut();
    }

    /// <summary>Half-open: existing connections stay open, but nothing passes through them.</summary>
    public void SwallowPresent()
    {
        foreach (var connection in _connections.Keys)
            connection.Swallow();
    }

    /// <summary>Failover: cuts every connection and sends new ones to another server.</summary>
    public void Redirect(int target)
    {
        RedirectNew(target);
        CutAll();
    }

    /// <summary>A failover that existing connections do not notice: only new ones go to another server.</summary>
    public void RedirectNew(int target) => _target = target;

    /// <summary>Drops the next messages of subscribed channels; replies to pings, commands and subscriptions pass.</summary>
    public void DropMessages(int count) => Volatile.Write(ref _droppableMessages, count);

    /// <summary>Lets the next request with these bytes through, and cuts its connection when the answer comes.</summary>
    public void CutReplyTo(ReadOnlySpan<byte> part) => Volatile.Write(ref _cutReplyTo, part.ToArray());

    public async ValueTask DisposeAsync()
    {
        Stop();
        await _accepting.WithTimeout();
        await Task.WhenAll(_connections.Values).WithTimeout();
    }

    internal bool TakesMessageAway()
    {
        if (Volatile.Read(ref _droppableMessages) <= 0 || Interlocked.Decrement(ref _droppableMessages) < 0)
            return false;
        Interlocked.Increment(ref _dropped);
        return true;
    }

    internal bool CutsReplyTo(ReadOnlySpan<byte> request) =>
        Volatile.Read(ref _cutReplyTo) is { } part && request.IndexOf(part) >= 0
            && Interlocked.CompareExchange(ref _cutReplyTo, null, part) == part;

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                var connection = new ChaosConnection(this, client);
                _connections[connection] = RunAsync(connection);
                if (_listener != listener) // stopped since it was accepted
                    connection.Cut();
            }
        }
        catch (Exception failure) when (failure is SocketException or InvalidOperationException)
        {
            // stopped
        }
    }

    private async Task RunAsync(ChaosConnection connection)
    {
        await Task.Yield();
        try
        {
            await connection.RunAsync(_target);
        }
        finally
        {
            _connections.TryRemove(connection, out _);
        }
    }
}
