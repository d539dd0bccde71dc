using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// How many bytes the peer of a connection has acknowledged. A write completes when the system has taken it; with a large send buffer and
/// a slow but steady reader, that can take many seconds. The acknowledgements show that it reads. Available on Linux, for HTTP/1.1;
/// elsewhere only completed writes count.
/// </summary>
/// <remarks>
/// The socket is taken when the request begins: a timer reads it later, when the context may be that of another request or disposed of.
/// </remarks>
internal readonly struct SocketProgress
{
    private const int IpProtoTcp = 6;
    private const int TcpInfo = 11;
    private const int BytesAckedOffset = 120; // tcpi_bytes_acked in struct tcp_info of linux/tcp.h, since Linux 4.1

    private readonly Socket? _socket;

    private SocketProgress(Socket? socket) => _socket = socket;

    public static SocketProgress Of(HttpContext context)
    {
        // Over HTTP/2, the connection's bytes are also those of other streams.
        if (!OperatingSystem.IsLinux() || HttpProtocol.IsHttp2(context.Request.Protocol) || HttpProtocol.IsHttp3(context.Request.Protocol))
            return default;
        return context.Features.Get<IConnectionSocketFeature>()?.Socket is { ProtocolType: ProtocolType.Tcp } socket ? new(socket)
            : default;
    }

    public long Read() => _socket is null ? 0 : Read(_socket);

    private static long Read(Socket socket)
    {
        try
        {
            Span<byte> info = stackalloc byte[BytesAckedOffset + sizeof(long)];
            var length = socket.GetRawSocketOption(IpProtoTcp, TcpInfo, info);
            return length < info.Length ? 0 : BitConverter.ToInt64(info[BytesAckedOffset..]);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }
}
