using System.Buffers.Binary;
using System.IO.Compression;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>The properties of a PNG that tests check.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Corner">The mean of red, green and blue of the upper left pixel, 0 to 255.</param>
internal sealed record PngFile(int Width, int Corner)
{
    public static PngFile Read(string path)
    {
        var file = File.ReadAllBytes(path);
        using var compressed = new MemoryStream();
        // Behind the eight bytes of the signature: chunks of length, type, data and checksum.
        for (var at = 8; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            if (file.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8))
                compressed.Write(file, at + 8, length);
            at += length + 12;
        }

        compressed.Position = 0;
        using var pixels = new ZLibStream(compressed, CompressionMode.Decompress);
        // A row begins with its filter type. No filter changes the first pixel of the first row, because it has no neighbour.
        Span<byte> row = stackalloc byte[4];
        pixels.ReadExactly(row);
        return new PngFile(BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16)), (row[1] + row[2] + row[3]) / 3);
    }
}
