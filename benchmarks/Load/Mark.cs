using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Tornadose.Benchmarks.Load;

/// <summary>
/// The time at which a message was due, inside its payload: <c>ts=</c>, twenty digits of nanoseconds, and a semicolon. No wire format
/// escapes any of them.
/// </summary>
internal static class Mark
{
    public const int Length = 3 + Digits + 1;
    private const int Digits = 20;

    private static ReadOnlySpan<byte> Name => "ts="u8;

    public static string Format(long nanoseconds) => string.Create(CultureInfo.InvariantCulture, $"ts={nanoseconds:d20};");

    public static void Write(Span<byte> destination, long nanoseconds) => Encoding.ASCII.GetBytes(Format(nanoseconds), destination);

    /// <summary>Stopwatch ticks are nanoseconds on Linux.</summary>
    public static long Now() => Stopwatch.GetTimestamp();

    /// <summary>Finds the marks.</summary>
    /// <param name="bytes">Payload.</param>
    /// <param name="receivedAt">When it was received.</param>
    /// <param name="latencies">Where the time between is counted.</param>
    /// <param name="count">How many there are.</param>
    /// <returns>How many bytes at the end may be the beginning of a mark.</returns>
    public static int Scan(ReadOnlySpan<byte> bytes, long receivedAt, LatencyHistogram latencies, out int count)
    {
        count = 0;
        while (true)
        {
            var start = bytes.IndexOf(Name);
            if (start < 0)
                return TailOf(bytes);
            bytes = bytes[start..];
            if (bytes.Length < Length)
                return bytes.Length;
            if (Utf8Parser.TryParse(bytes.Slice(Name.Length, Digits), out long due, out _))
            {
                latencies.Add(receivedAt - due);
                count++;
            }

            bytes = bytes[Length..];
        }
    }

    private static int TailOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.EndsWith(Name[..2]))
            return 2;
        return bytes.EndsWith(Name[..1]) ? 1 : 0;
    }
}
