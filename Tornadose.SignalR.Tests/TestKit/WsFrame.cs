using System.Buffers.Binary;
using System.Text;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>Opcodes of RFC 6455, section 5.2.</summary>
public static class WsOpcode
{
    public const int Continuation = 0;
    public const int Text = 1;
    public const int Binary = 2;
    public const int Close = 8;
    public const int Ping = 9;
    public const int Pong = 10;
}

/// <summary>One WebSocket frame as it stands on the wire.</summary>
public sealed record WsFrame(bool Fin, int Rsv, int Opcode, bool Masked, byte[] Payload)
{
    public string Text => Encoding.UTF8.GetString(Payload);

    /// <summary>The code of a close frame; 1005 when it carries none.</summary>
    public int CloseCode => Payload.Length < 2 ? 1005 : BinaryPrimitives.ReadUInt16BigEndian(Payload);

    public string CloseReason => Payload.Length < 2 ? "" : Encoding.UTF8.GetString(Payload.AsSpan(2));

    public static byte[] ClosePayload(int code, string reason = "") =>
        [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)];

    /// <summary>The frame's bytes, without any check, so that a test can send what the RFC forbids.</summary>
    public byte[] ToBytes()
    {
        var bytes = new List<byte>(Payload.Length + 14) { (byte)((Fin ? 0x80 : 0) | (Rsv << 4) | Opcode) };
        AppendLength(bytes, Masked ? 0x80 : 0);
        if (!Masked)
            return [.. bytes, .. Payload];
        byte[] mask = [0x37, 0xfa, 0x21, 0x3d];
        return [.. bytes, .. mask, .. Payload.Select((value, index) => (byte)(value ^ mask[index % 4]))];
    }

    /// <summary>Takes the frame at the start of the buffer; null when it is not complete yet.</summary>
    public static WsFrame? TryRead(ReadOnlySpan<byte> buffer, out int consumed)
    {
        consumed = 0;
        if (buffer.Length < 2)
            return null;
        var masked = (buffer[1] & 0x80) != 0;
        var (lengthBytes, maskBytes) = ((buffer[1] & 0x7f) switch { 126 => 2, 127 => 8, _ => 0 }, masked ? 4 : 0);
        var head = 2 + lengthBytes + maskBytes;
        if (buffer.Length < head)
            return null;
        var length = lengthBytes switch
        {
            2 => BinaryPrimitives.ReadUInt16BigEndian(buffer[2..]),
            8 => checked((int)BinaryPrimitives.ReadUInt64BigEndian(buffer[2..])),
            _ => buffer[1] & 0x7f,
        };
        if (buffer.Length - head < length)
            return null;
        var payload = buffer.Slice(head, length).ToArray();
        for (var i = 0; masked && i < length; i++)
            payload[i] ^= buffer[2 + lengthBytes + (i % 4)];
        consumed = head + length;
        return new WsFrame((buffer[0] & 0x80) != 0, (buffer[0] >> 4) & 7, buffer[0] & 0xf, masked, payload);
    }

    private void AppendLength(List<byte> bytes, int maskBit)
    {
        if (Payload.Length < 126)
        {
            bytes.Add((byte)(maskBit | Payload.Length));
            return;
        }

        Span<byte> extended = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(extended, (ulong)Payload.Length);
        var isShort = Payload.Length <= ushort.MaxValue;
        bytes.Add((byte)(maskBit | (isShort ? 126 : 127)));
        bytes.AddRange(isShort ? extended[6..] : extended);
    }
}
