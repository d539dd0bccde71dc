using System.Buffers.Binary;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.WebSockets;

/// <summary>
/// How a server that expects no data handles bytes from a client (RFC 6455 §5, §7, and this endpoint's limits). Written from the
/// documents, independently of the server's code.
/// </summary>
internal sealed class InboundModel
{
    private const int MaxMessage = 4096;
    private const int MaxEmptyFragments = 64;

    /// <summary>How much of an incomplete frame may have been received but not counted yet.</summary>
    private const int Buffer = 1024;

    private readonly Utf8Steps _utf8 = new();
    private readonly int _maxMessages;
    private int _messages;
    private int _length;
    private int _empty;
    private bool _isText;
    private bool _inMessage;
    private bool _isOver;

    private InboundModel(int maxMessages) => _maxMessages = maxMessages;

    /// <summary>
    /// The codes that it may close with; empty if it stays open. There are several if it refuses data itself and a violation of the
    /// protocol follows.
    /// </summary>
    public List<int> Codes { get; } = [];

    /// <summary>
    /// Whether it may detect the fault later: it has to find invalid UTF-8 by the end of the message, and excessive length by the next
    /// buffer, not at once.
    /// </summary>
    public bool MayWait { get; private set; }

    /// <summary>Whether it may detect the fault only in a later frame, so that frames between may be answered or not.</summary>
    public bool IsVague { get; private set; }

    /// <summary>Whether it refuses data itself. It then still answers pings until the connection is closed.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>
    /// The payloads of its pongs, in hexadecimal digits; also after its own close frame, until it has received the client's (§5.5.2).
    /// </summary>
    public List<string> Pongs { get; } = [];

    /// <summary>The number of pongs that it has sent before it refused data.</summary>
    public int PongsBefore { get; private set; }

    public static InboundModel Of(ReadOnlySpan<byte> bytes, int maxMessages)
    {
        var model = new InboundModel(maxMessages);
        while (!model._isOver && model.Take(bytes, out var length))
            bytes = bytes[length..];
        return model;
    }

    /// <returns>False if no complete frame is left.</returns>
    private bool Take(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (bytes.Length < 2)
            return false;
        if ((bytes[1] & 0x80) == 0)
            return End(1002);
        var (fin, opcode, size) = ((bytes[0] & 0x80) != 0, bytes[0] & 15, (ulong)(bytes[1] & 0x7f));
        var extended = size switch { 126 => 2, 127 => 8, _ => 0 };
        if (bytes.Length < 2 + extended + 4)
            return false;
        if (extended > 0)
            size = extended == 2 ? BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) : BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]);
        if (IsForbidden(bytes[0], size) || size > long.MaxValue || (opcode == WsOpcode.Close && size == 1))
            return End(1002);
        var payload = Unmask(bytes[(2 + extended + 4)..], bytes.Slice(2 + extended, 4), size);
        var isWhole = (ulong)payload.Length == size;
        length = 2 + extended + 4 + payload.Length;
        return (opcode >= 8 ? isWhole && Control(opcode, payload) : Data(opcode, fin, payload, isWhole)) && isWhole;
    }

    /// <summary>A length in a longer form than necessary violates §5.2, but the receiver does not have to fail the connection.</summary>
    private bool IsForbidden(byte first, ulong size) => (first & 0x70) != 0 || (first & 15) switch
    {
        0 => !_inMessage,
        1 or 2 => _inMessage,
        8 or 9 or 10 => (first & 0x80) == 0 || size > 125,
        _ => true,
    };

    private bool Control(int opcode, byte[] payload)
    {
        if (opcode == 9)
            Pongs.Add(Convert.ToHexString(payload));
        return opcode != 8
            || (payload.Length < 2
                ? End(payload.Length == 0 ? 1000 : 1002)
                : Close(BinaryPrimitives.ReadUInt16BigEndian(payload), payload.AsSpan(2)));
    }

    private bool Close(int code, ReadOnlySpan<byte> reason)
    {
        if (code is 1012 or 1013 or 1014)
            Codes.Add(code); // registered since the RFC
        if (code is not (1000 or 1001 or 1002 or 1003 or 1007 or 1008 or 1009 or 1010 or 1011 or (>= 3000 and <= 4999)))
            return End(1002);
        if (System.Text.Unicode.Utf8.IsValid(reason))
            return End(code);
        Codes.Add(1002);
        return End(1007);
    }

    private bool Data(int opcode, bool fin, byte[] payload, bool isWhole)
    {
        if (opcode != 0)
            Begin(opcode);
        if (_isText && !IsText(payload, fin, isWhole))
            return End(1007);
        _length += payload.Length;
        if (opcode == 0 && isWhole && payload.Length == 0 && !fin)
            _empty++;
        if (_length > MaxMessage)
        {
            MayWait = !IsRefused && !isWhole && _length <= MaxMessage + Buffer;
            Refuse(1009);
        }

        if (_empty >= MaxEmptyFragments)
            Refuse(1008);
        _inMessage = !(fin && isWhole);
        return true;
    }

    private void Begin(int opcode)
    {
        (_length, _empty, _isText) = (0, 0, opcode == 1);
        if (opcode == 2)
            Refuse(1003);
        else if (++_messages > _maxMessages)
            Refuse(1008);
    }

    /// <summary>
    /// Text that nobody interprets need not be valid (§8.1). It is checked all the same, except for an incomplete character that an empty
    /// fragment ends: the framework continues that with the next text's first byte.
    /// </summary>
    private bool IsText(byte[] payload, bool fin, bool isWhole)
    {
        var good = 0;
        while (good < payload.Length && _utf8.Take(payload[good]))
            good++;
        if (good == payload.Length && (good == 0 || !(fin && isWhole) || _utf8.IsWhole))
            return true;
        IsVague = isWhole && !fin && payload.Length - good < 4;
        MayWait = !IsRefused && (!isWhole || IsVague);
        if (_length + good >= MaxMessage)
            Refuse(1009);
        return false;
    }

    /// <summary>Refuses valid data that this endpoint does not accept: it reads on until the client closes.</summary>
    private void Refuse(int code)
    {
        if (IsRefused)
            return;
        Codes.Add(code);
        (IsRefused, PongsBefore) = (true, Pongs.Count);
    }

    private bool End(int code)
    {
        Codes.Add(code);
        _isOver = true;
        return false;
    }

    private static byte[] Unmask(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> mask, ulong size)
    {
        var payload = bytes[..(int)Math.Min(size, (ulong)bytes.Length)].ToArray();
        for (var i = 0; i < payload.Length; i++)
            payload[i] ^= mask[i % 4];
        return payload;
    }

    public override string ToString() =>
        $"{(Codes.Count == 0 ? "open" : string.Join('|', Codes))}{(MayWait ? " or open" : "")} after {Pongs.Count} pongs";
}
