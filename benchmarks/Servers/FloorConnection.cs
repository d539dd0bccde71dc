using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Tornadose.Benchmarks.Servers;

/// <summary>A connection of the floor server, and the received bytes that are not yet a whole request.</summary>
internal sealed class FloorConnection(Socket socket)
{
    private const string LengthHeader = "\r\nContent-Length: ";

    public Socket Socket => socket;

    public int Handle { get; } = (int)socket.Handle;

    public List<byte> Pending { get; } = [];

    /// <summary>Takes a whole request, if there is one.</summary>
    public FloorRequest? TakeRequest()
    {
        var bytes = CollectionsMarshal.AsSpan(Pending);
        var end = bytes.IndexOf("\r\n\r\n"u8) + 4;
        if (end < 4)
            return null;
        var head = Encoding.ASCII.GetString(bytes[..end]);
        var at = head.IndexOf(LengthHeader, StringComparison.Ordinal);
        var length = at < 0 ? 0 : int.Parse(
            head.AsSpan(at + LengthHeader.Length, head.IndexOf('\r', at + 2) - at - LengthHeader.Length), NumberStyles.None,
            CultureInfo.InvariantCulture);
        if (bytes.Length < end + length)
            return null;
        var request = new FloorRequest(head.StartsWith("GET", StringComparison.Ordinal), bytes.Slice(end, length).ToArray());
        Pending.RemoveRange(0, end + length);
        return request;
    }
}
