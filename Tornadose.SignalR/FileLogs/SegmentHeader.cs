using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.FileLogs;

/// <summary>What a file begins with: mark, checksum, length of the rest; epoch, offset and tag of the message before its first one, the seed of its records' checksums, the store's name.</summary>
/// <param name="Base">The position before the file's first message: a file that is empty says all the same where the log stands.</param>
/// <param name="Seed">What the checksums of its records begin with: random, and told nobody.</param>
/// <param name="Store">The store's name: the folder's name is made of it, and could be another's.</param>
internal sealed record SegmentHeader(MessagePosition Base, uint Seed, string Store)
{
    private const int HeadLength = 16;
    private const int FixedLength = 8 + 8 + 4 + 4;

    private static ReadOnlySpan<byte> Mark => "TORNLOG1"u8;

    public int Length => HeadLength + FixedLength + Encoding.UTF8.GetByteCount(Store);

    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        Mark.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), bytes.Length - HeadLength);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), Base.Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), Base.Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(32), Base.Tag);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(36), Seed);
        Encoding.UTF8.GetBytes(Store, bytes.AsSpan(HeadLength + FixedLength));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Checksum.Of(0, bytes.AsSpan(12)));
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SegmentHeader? header)
    {
        header = null;
        if (bytes.Length < HeadLength + FixedLength || !bytes.StartsWith(Mark))
            return false;
        var rest = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        if (rest < FixedLength || rest > bytes.Length - HeadLength
            || Checksum.Of(0, bytes[12..(HeadLength + rest)]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]))
            return false;
        var position = new MessagePosition(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]));
        header = new SegmentHeader(position, BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]), Encoding.UTF8.GetString(bytes[(HeadLength + FixedLength)..(HeadLength + rest)]));
        return true;
    }
}
