using System.Buffers.Binary;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.WebSockets;

/// <summary>
/// A text message as one complete frame of RFC 6455 §5.2. What a server sends is not masked, so the same bytes do for every connection.
/// </summary>
/// <param name="bytes">Header and payload.</param>
/// <param name="headerLength">Where the payload begins.</param>
internal sealed class WebSocketFrame(byte[] bytes, int headerLength) : Frame(bytes)
{
    private const byte FinalText = 0x81;
    private const int LongestShortPayload = 125;

    public ReadOnlyMemory<byte> Payload => Bytes[headerLength..];

    public static WebSocketFrame Text(ReadOnlySpan<byte> payload)
    {
        var header = payload.Length <= LongestShortPayload ? 2 : payload.Length <= ushort.MaxValue ? 4 : 10;
        var bytes = new byte[header + payload.Length];
        bytes[0] = FinalText;
        WriteLength(bytes, header, payload.Length);
        payload.CopyTo(bytes.AsSpan(header));
        return new WebSocketFrame(bytes, header);
    }

    private static void WriteLength(byte[] bytes, int header, int length)
    {
        switch (header)
        {
            case 2:
                bytes[1] = (byte)length;
                break;
            case 4:
                bytes[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)length);
                break;
            default:
                bytes[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(2), (ulong)length);
                break;
        }
    }
}
