using System.Buffers.Binary;
using System.Numerics;

namespace Tornadose.SignalR.FileLogs;

/// <summary>CRC-32C, which processors have an instruction for.</summary>
internal static class Checksum
{
    public static uint Of(uint seed, ReadOnlySpan<byte> bytes)
    {
        var crc = ~seed;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var one in bytes)
            crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }
}
