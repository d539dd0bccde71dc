using System.Globalization;
using System.Text;

namespace Tornadose.Benchmarks.Load;

/// <summary>Counts the answers on a connection that publishes: a status of 2xx, and a body of a stated length or none.</summary>
internal sealed class HttpAnswers
{
    private byte[] _rest = [];

    /// <summary>Takes what was received.</summary>
    /// <returns>How many answers it completed.</returns>
    public int Count(ReadOnlySpan<byte> received)
    {
        byte[] bytes = [.. _rest, .. received];
        var at = 0;
        var count = 0;
        while (LengthOfAnswer(bytes.AsSpan(at)) is > 0 and var length)
        {
            at += length;
            count++;
        }

        _rest = bytes[at..];
        return count;
    }

    /// <summary>The length of the answer at the beginning; 0 when it is not whole.</summary>
    private static int LengthOfAnswer(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return 0;
        var head = Encoding.ASCII.GetString(bytes[..end]);
        if (!head.StartsWith("HTTP/1.1 2", StringComparison.Ordinal))
            throw new InvalidOperationException($"A publish was refused: {head}");
        var length = end + 4 + ContentLength(head);
        return length <= bytes.Length ? length : 0;
    }

    private static int ContentLength(string head)
    {
        const string Name = "\r\ncontent-length:";
        var at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return 0;
        var value = head.AsSpan(at + Name.Length);
        var end = value.IndexOf('\r');
        return int.Parse(end < 0 ? value : value[..end], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
    }
}
