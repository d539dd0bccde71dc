namespace Tornadose.SignalR.WebSockets;

/// <summary>
/// Tracks the frame headers in the bytes that a client sends. A client masks every frame, and a server fails the connection if it does not
/// (RFC 6455 §5.1); the framework does not check this.
/// </summary>
internal struct ClientFrames
{
    private const byte Masked = 0x80;
    private const byte OpcodeMask = 0x0F;
    private const byte Ping = 0x9;
    private const byte Pong = 0xA;
    private const int MaskBytes = 4;

    /// <summary>Bytes that are still to come of the current frame's mask and payload.</summary>
    private ulong _rest;

    /// <summary>Bytes that are still to come of the current frame's extended length.</summary>
    private int _lengthBytes;

    /// <summary>
    /// A whole frame with a reserved bit, which the framework does reject, with 1002. It is passed on in place of a frame without a mask.
    /// </summary>
    public static ReadOnlySpan<byte> Forbidden => [0x90, Masked, 0, 0, 0, 0];

    /// <summary>How many pings and pongs came.</summary>
    public long Pings { get; private set; }

    /// <summary>Whether a frame came without a mask.</summary>
    public bool IsBroken { get; private set; }

    /// <param name="bytes">The next bytes.</param>
    /// <returns>
    /// How many of them may be passed on: all; or those before a frame without a mask; or all but the first byte of a header, because only
    /// the second one has the mask bit.
    /// </returns>
    public int Check(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length && !IsBroken)
        {
            if (_lengthBytes > 0)
                TakeLength(bytes[at++]);
            else if (_rest > 0)
                at += Skip(bytes.Length - at);
            else if (at + 1 == bytes.Length)
                break;
            else
                at += Begin(bytes[at], bytes[at + 1]);
        }

        return at;
    }

    private int Begin(byte first, byte second)
    {
        IsBroken = (second & Masked) == 0;
        if (IsBroken)
            return 0;
        if ((first & OpcodeMask) is Ping or Pong)
            Pings++;
        var length = second & ~Masked;
        _lengthBytes = length switch { 126 => sizeof(ushort), 127 => sizeof(ulong), _ => 0 };
        _rest = _lengthBytes > 0 ? 0 : (ulong)length + MaskBytes;
        return 2;
    }

    private void TakeLength(byte next)
    {
        _rest = (_rest << 8) | next;
        if (--_lengthBytes == 0)
            _rest = Math.Min(_rest, ulong.MaxValue - MaskBytes) + MaskBytes;
    }

    private int Skip(int most)
    {
        var skipped = (int)Math.Min(_rest, (ulong)most);
        _rest -= (ulong)skipped;
        return skipped;
    }
}
