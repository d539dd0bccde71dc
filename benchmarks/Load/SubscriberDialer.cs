using System.Net;
using System.Net.Sockets;

namespace Tornadose.Benchmarks.Load;

/// <summary>Opens subscribers' connections.</summary>
/// <param name="target">The server.</param>
/// <param name="isStalled">Whether they never read.</param>
/// <param name="isInTurn">
/// Whether each waits for its answer to begin before the next one connects: a rush leaves the server with buffers that do not depend on
/// the number of subscribers.
/// </param>
internal sealed class SubscriberDialer(LoadTarget target, bool isStalled, bool isInTurn)
{
    private const int SmallBuffer = 4096;
    private const int EthernetSegment = 1400;
    private const int TcpMaxSegment = 2;
    private const int BurstSize = 100;
    private const int TimeoutMilliseconds = 20_000;
    private static readonly TimeSpan BurstPause = TimeSpan.FromMilliseconds(5); // or the server's queue of new connections would overflow

    /// <summary>Connects, and sends nothing yet.</summary>
    public LoadConnection Connect() => new(Dial());

    /// <summary>Connects and subscribes.</summary>
    /// <param name="index">The number of the subscriber, which selects its store.</param>
    public LoadConnection Subscribe(int index)
    {
        var connection = Connect();
        connection.Socket.Send(target.Protocol.Request(target.SubscribePaths[index % target.SubscribePaths.Count]));
        if (isInTurn || target.Protocol.Greeting.Length > 0)
            connection.AwaitHead();
        if (target.Protocol.Greeting.Length > 0)
            connection.Socket.Send(target.Protocol.Greeting);

        if (index % BurstSize == BurstSize - 1)
            Thread.Sleep(BurstPause);
        return connection;
    }

    /// <summary>
    /// Segments of Ethernet size keep the server's send buffer as small as on a network; with those of the loopback it would take
    /// megabytes before a reader stalls.
    /// </summary>
    private Socket Dial()
    {
        var socket = new Socket(
            AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = TimeoutMilliseconds };
        if (isStalled)
        {
            socket.ReceiveBufferSize = SmallBuffer;
            socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpMaxSegment, BitConverter.GetBytes(EthernetSegment));
        }

        socket.Connect(IPAddress.Loopback, target.Port);
        return socket;
    }
}
