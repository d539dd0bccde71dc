using System.Text;

namespace Tornadose.Benchmarks.Load;

/// <summary>The head of the answer to a subscriber. Some servers send it with the first message only, so nobody waits for it.</summary>
internal sealed class AnswerHead
{
    private byte[] _bytes = [];

    /// <summary>How the body is framed; null until the head is whole.</summary>
    public Framing? Framing { get; private set; }

    /// <summary>Takes the head out of what was received.</summary>
    /// <param name="received">What was received; what follows the head is moved to the front.</param>
    /// <returns>How many bytes follow the head.</returns>
    public int TakeFrom(Span<byte> received)
    {
        byte[] bytes = [.. _bytes, .. received];
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        if (end < 4)
        {
            _bytes = bytes;
            return 0;
        }

        Framing = FramingOf(Encoding.ASCII.GetString(bytes, 0, end));
        bytes.AsSpan(end).CopyTo(received);
        return bytes.Length - end;
    }

    private static Framing FramingOf(string head)
    {
        if (head.StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
            return Load.Framing.WebSocket;
        if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
            throw new InvalidOperationException($"A subscriber was refused: {head}");
        return head.Contains("\r\nTransfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase)
            ? Load.Framing.Chunked
            : Load.Framing.None;
    }
}
