using System.Buffers.Binary;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.WebSockets;

/// <summary>
/// A text message as one complete frame of RFC 6455 §5.2. A server does not mask what it sends, so all connections share the same bytes.
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
        var header = HeaderLength(payload.Length);
        var bytes = new byte[header + payload.Length];
        bytes[0] = FinalText;
        WriteLength(bytes, header, payload.Length);
        payload.CopyTo(bytes.AsSpan(header));
        return new WebSocketFrame(bytes, header);
    }

    /// <summary>The beginning of a text message whose rest is the next frame.</summary>
    /// <param name="payload">The beginning of the payload.</param>
    /// <param name="restLength">How many bytes follow.</param>
    public static WebSocketFrameStart Start(ReadOnlySpan<byte> payload, int restLength)
    {
        var length = payload.Length + restLength;
        var header = HeaderLength(length);
        var bytes = new byte[header + payload.Length];
        bytes[0] = FinalText;
        WriteLength(bytes, header, length);
        payload.CopyTo(bytes.AsSpan(header));
        return new WebSocketFrameStart(bytes, header);
    }

    private static int HeaderLength(int payloadLength) => payloadLength <= LongestShortPayload ? 2 : payloadLength <= ushort.MaxValue
        ? 4 : 10;

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

/// <summary>Header and beginning of a text message, whose rest is the next frame.</summary>
/// <param name="bytes">Header and the beginning of the payload.</param>
/// <param name="headerLength">Where the payload begins.</param>
internal sealed class WebSocketFrameStart(byte[] bytes, int headerLength) : FrameStart(bytes)
{
    public ReadOnlyMemory<byte> Payload => Bytes[headerLength..];
}
