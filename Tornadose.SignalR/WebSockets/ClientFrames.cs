namespace Tornadose.SignalR.WebSockets;

/// <summary>
/// Follows the headers of the frames that a client sends, as their bytes pass by. A client masks every frame, and a server fails the
/// connection where it does not (RFC 6455 §5.1), which the framework's server does not check.
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
    /// A whole frame that the framework does take for forbidden, by a reserved bit, and answers with 1002: what it gets to see in place of
    /// one without a mask.
    /// </summary>
    public static ReadOnlySpan<byte> Forbidden => [0x90, Masked, 0, 0, 0, 0];

    /// <summary>How many pings and pongs came.</summary>
    public long Pings { get; private set; }

    /// <summary>Whether a frame came without a mask.</summary>
    public bool IsBroken { get; private set; }

    /// <param name="bytes">What came next.</param>
    /// <returns>
    /// How much of it is good: everything; or what comes before a frame without a mask; or all but the first byte of a header, for only
    /// the second one tells.
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
