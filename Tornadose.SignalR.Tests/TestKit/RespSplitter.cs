using System.Globalization;
using System.Text;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>Splits what Redis sends into values, to tell messages of subscribed channels from everything else.</summary>
internal sealed class RespSplitter
{
    private static readonly byte[] Message = "*3\r\n$7\r\nmessage\r\n"u8.ToArray();
    private static readonly byte[] PushedMessage = ">3\r\n$7\r\nmessage\r\n"u8.ToArray(); // in RESP3

    private byte[] _rest = [];

    /// <summary>Takes bytes, and returns all values that are complete now, except the messages to leave out.</summary>
    public byte[] Push(ReadOnlySpan<byte> bytes, Func<bool> leaveOut)
    {
        byte[] all = [.. _rest, .. bytes];
        var output = new MemoryStream(all.Length);
        var at = 0;
        for (int length; (length = LengthOf(all.AsSpan(at))) > 0; at += length)
        {
            var value = all.AsSpan(at, length);
            var isMessage = value.StartsWith(Message) || value.StartsWith(PushedMessage);
            if (!isMessage || !leaveOut())
                output.Write(value);
        }

        _rest = all[at..];
        return output.ToArray();
    }

    /// <summary>The length of the first value; 0 when it is not complete.</summary>
    private static int LengthOf(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n"u8);
        if (end < 0)
            return 0;
        var line = end + 2;
        return (char)bytes[0] switch
        {
            '$' or '=' or '!' =>
                Number(bytes[1..end]) is var length && length < 0 ? line : bytes.Length >= line + length + 2 ? line + length + 2 : 0,
            '*' or '>' or '~' => ItemsLength(bytes, line, Number(bytes[1..end])),
            '%' or '|' => ItemsLength(bytes, line, 2 * Number(bytes[1..end])),
            _ => line,
        };
    }

    private static int ItemsLength(ReadOnlySpan<byte> bytes, int start, int count)
    {
        var at = start;
        for (var i = 0; i < count; i++)
        {
            var item = LengthOf(bytes[at..]);
            if (item == 0)
                return 0;
            at += item;
        }

        return at;
    }

    private static int Number(ReadOnlySpan<byte> digits) => int.Parse(Encoding.ASCII.GetString(digits), CultureInfo.InvariantCulture);
}
