using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.FileLogs;

/// <summary>
/// One message in a file: mark, checksum, length of the rest; offset, tag, time, format, lengths of event type and key; event type, key, payload. Little-endian. The checksum begins with a secret number of
/// the file's own, so that nobody can publish a payload that looks like a record when the one around it is damaged.
/// </summary>
internal readonly record struct LogRecord(long Offset, uint Tag, long UnixMilliseconds, MessageContent Content, string? Key)
{
    private const uint Mark = 0x3152_4F54; // TOR1
    private const int HeadLength = 12;
    private const int FixedLength = 8 + 4 + 8 + 1 + 4 + 4;
    private const int None = -1;

    public MessagePosition Position(ulong epoch) => new(epoch, Offset, Tag);

    public void WriteTo(ArrayBufferWriter<byte> buffer, uint seed)
    {
        var typeLength = LengthOf(Content.EventType);
        var keyLength = LengthOf(Key);
        var length = FixedLength + Math.Max(0, typeLength) + Math.Max(0, keyLength) + Content.Data.Length;
        var span = buffer.GetSpan(HeadLength + length)[..(HeadLength + length)];
        var body = span[HeadLength..];
        BinaryPrimitives.WriteUInt32LittleEndian(span, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(span[8..], length);
        BinaryPrimitives.WriteInt64LittleEndian(body, Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(body[8..], Tag);
        BinaryPrimitives.WriteInt64LittleEndian(body[12..], UnixMilliseconds);
        body[20] = (byte)Content.Format;
        BinaryPrimitives.WriteInt32LittleEndian(body[21..], typeLength);
        BinaryPrimitives.WriteInt32LittleEndian(body[25..], keyLength);
        var rest = body[FixedLength..];
        rest = rest[Encoding.UTF8.GetBytes(Content.EventType, rest)..];
        rest = rest[Encoding.UTF8.GetBytes(Key, rest)..];
        Content.Data.Span.CopyTo(rest);
        BinaryPrimitives.WriteUInt32LittleEndian(span[4..], Checksum.Of(seed, span[8..]));
        buffer.Advance(span.Length);
    }

    /// <summary>Reads the record at the beginning of the bytes.</summary>
    /// <returns>False when there is none, or one that is damaged or not complete.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, uint seed, out LogRecord record, out int length)
    {
        record = default;
        length = 0;
        if (bytes.Length < HeadLength + FixedLength || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Mark)
            return false;
        var rest = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (rest < FixedLength || rest > bytes.Length - HeadLength)
            return false;
        length = HeadLength + rest;
        if (Checksum.Of(seed, bytes[8..length]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]))
            return false;
        record = Decode(bytes[HeadLength..length]);
        return true;
    }

    /// <summary>Looks for the next whole record, from a place on.</summary>
    /// <returns>Where it is; -1 when there is none.</returns>
    public static int FindNext(ReadOnlySpan<byte> bytes, int from, uint seed)
    {
        Span<byte> mark = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(mark, Mark);
        while (from < bytes.Length && bytes[from..].IndexOf(mark) is >= 0 and var found)
        {
            from += found;
            if (TryRead(bytes[from..], seed, out _, out _))
                return from;
            from++;
        }

        return -1;
    }

    private static LogRecord Decode(ReadOnlySpan<byte> body)
    {
        var typeLength = BinaryPrimitives.ReadInt32LittleEndian(body[21..]);
        var keyLength = BinaryPrimitives.ReadInt32LittleEndian(body[25..]);
        var rest = body[FixedLength..];
        var eventType = Text(rest, typeLength);
        rest = rest[Math.Max(0, typeLength)..];
        var key = Text(rest, keyLength);
        var data = rest[Math.Max(0, keyLength)..].ToArray();
        return new LogRecord(
            BinaryPrimitives.ReadInt64LittleEndian(body), BinaryPrimitives.ReadUInt32LittleEndian(body[8..]), BinaryPrimitives.ReadInt64LittleEndian(body[12..]),
            new MessageContent(data, (MessageFormat)body[20], eventType), key);
    }

    private static int LengthOf(string? text) => text is null ? None : Encoding.UTF8.GetByteCount(text);

    private static string? Text(ReadOnlySpan<byte> bytes, int length) => length == None ? null : Encoding.UTF8.GetString(bytes[..length]);
}
