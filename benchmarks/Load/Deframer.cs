namespace Tornadose.Benchmarks.Load;

/// <summary>
/// Removes chunk headers (RFC 9112 §7.1) and WebSocket headers (RFC 6455 §5.2) from the received bytes, wherever a read ends: a mark that
/// a header splits would be missed.
/// </summary>
internal struct Deframer(Framing framing)
{
    private const int FirstByte = 0;
    private const int LengthByte = 1;

    private long _left;
    private int _digits;
    private int _headerAt;
    private int _lengthBytes;
    private bool _inPayload;

    /// <summary>Moves the payload to the front.</summary>
    /// <returns>Its length.</returns>
    public int Strip(Span<byte> bytes)
    {
        if (framing == Framing.None)
            return bytes.Length;
        var kept = 0;
        var at = 0;
        while (at < bytes.Length)
        {
            if (!_inPayload)
            {
                _inPayload = framing == Framing.WebSocket ? EndsHeader(bytes[at++]) : EndsSize(bytes[at++]);
                continue;
            }

            var taken = (int)Math.Min(_left, bytes.Length - at);
            bytes.Slice(at, taken).CopyTo(bytes[kept..]);
            kept += taken;
            at += taken;
            _left -= taken;
            _inPayload = _left > 0;
        }

        return kept;
    }

    /// <summary>A line of hexadecimal digits; the empty line after each chunk has none.</summary>
    private bool EndsSize(byte next)
    {
        if (next == '\r')
            return false;
        if (next == '\n')
        {
            var begins = _digits > 0 && _left > 0;
            _digits = 0;
            return begins;
        }

        _left = (_digits++ == 0 ? 0 : _left * 16) + HexDigit(next);
        return false;
    }

    private static int HexDigit(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private bool EndsHeader(byte next)
    {
        switch (_headerAt)
        {
            case FirstByte:
                _headerAt = LengthByte;
                return false;
            case LengthByte:
                _lengthBytes = next switch { 126 => 2, 127 => 8, _ => 0 };
                _left = _lengthBytes == 0 ? next : 0;
                break;
            default:
                _left = (_left << 8) | next;
                _lengthBytes--;
                break;
        }

        _headerAt = _lengthBytes > 0 ? LengthByte + 1 : FirstByte;
        return _lengthBytes == 0 && _left > 0;
    }
}
