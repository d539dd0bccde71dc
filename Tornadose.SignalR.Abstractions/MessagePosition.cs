using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Tornadose.SignalR;

/// <summary>
/// Where a message stands in its store: an epoch (one life of the log), an offset (1, 2, 3… within the epoch) and a tag.
/// Its text form is the opaque <em>id</em> seen on every wire: letters, digits and <c>-</c>, at most 64 bytes.
/// </summary>
/// <remarks>
/// An offset alone lies after a restart: a log that lost its messages counts from 1 again, and a reader that saw offset 3 of the first
/// life would silently miss the first three messages of the second. Hence the epoch, which is random for every life. Epoch and offset
/// alone still lie after a <em>rollback</em>: a log restored from a snapshot taken at offset 3 hands out offset 4 a second time, in the
/// same epoch, for another message. Hence the tag, which is random for every message.
/// </remarks>
public readonly record struct MessagePosition : ISpanFormattable, IUtf8SpanFormattable
{
    /// <summary>Creates a position, for authors of backplanes: all others get positions from stores, or parse them from ids.</summary>
    /// <param name="epoch">The life of the log, random.</param>
    /// <param name="offset">The number of the message within its epoch, from 1; 0 is the position before the first message.</param>
    /// <param name="tag">A random number for each message; 0 at offset 0.</param>
    public MessagePosition(ulong epoch, long offset, uint tag) => (Epoch, Offset, Tag) = (epoch, offset, tag);

    /// <summary>The life of the log, random.</summary>
    public ulong Epoch { get; init; }

    /// <summary>The number of the message within its epoch, from 1; 0 is the position before the first message.</summary>
    public long Offset { get; init; }

    /// <summary>A random number for each message; 0 at offset 0.</summary>
    public uint Tag { get; init; }

    /// <summary>The longest text form in characters: 16 for the epoch, up to 19 for the offset, 8 for the tag, and two dashes.</summary>
    public const int MaxLength = 16 + 1 + 19 + 1 + 8;

    private const int EpochDigits = 16;
    private const int TagDigits = 8;

    /// <summary>
    /// Reads an id. Only the exact form that <see cref="ToString()"/> writes is accepted: anything else was never issued.
    /// </summary>
    /// <param name="text">The id.</param>
    /// <param name="position">The position, or the default value.</param>
    /// <returns>Whether the text is an id.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out MessagePosition position) =>
        TryParse(text.AsSpan(), out position);

    /// <inheritdoc cref="TryParse(string?, out MessagePosition)"/>
    public static bool TryParse(ReadOnlySpan<char> text, out MessagePosition position)
    {
        position = default;
        if (text.Length is < EpochDigits + 3 + TagDigits or > MaxLength
            || text[EpochDigits] != '-' || text[^(TagDigits + 1)] != '-'
            || !TryParseHex(text[..EpochDigits], out var epoch)
            || !TryParseOffset(text[(EpochDigits + 1)..^(TagDigits + 1)], out var offset)
            || !TryParseHex(text[^TagDigits..], out var tag))
            return false;
        position = new MessagePosition(epoch, offset, (uint)tag);
        return true;
    }

    /// <summary>Writes the id.</summary>
    /// <returns>The id, for example <c>9f2c4e6a81b3d5f7-42-1a2b3c4d</c>.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, stackalloc char[MaxLength], $"{Epoch:x16}-{Offset}-{Tag:x8}");

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(
        Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null) =>
        destination.TryWrite(CultureInfo.InvariantCulture, $"{Epoch:x16}-{Offset}-{Tag:x8}", out charsWritten);

    /// <inheritdoc/>
    public bool TryFormat(
        Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null) =>
        System.Text.Unicode.Utf8.TryWrite(
            utf8Destination, CultureInfo.InvariantCulture, $"{Epoch:x16}-{Offset}-{Tag:x8}", out bytesWritten);

    private static bool TryParseHex(ReadOnlySpan<char> digits, out ulong value)
    {
        value = 0;
        foreach (var c in digits)
        {
            var digit = c switch { >= '0' and <= '9' => c - '0', >= 'a' and <= 'f' => c - 'a' + 10, _ => -1 };
            if (digit < 0)
                return false;
            value = (value << 4) | (uint)digit;
        }

        return true;
    }

    private static bool TryParseOffset(ReadOnlySpan<char> digits, out long value)
    {
        value = 0;
        if (digits.IsEmpty || (digits.Length > 1 && digits[0] == '0'))
            return false;
        foreach (var c in digits)
        {
            if (!char.IsAsciiDigit(c))
                return false;
            var digit = c - '0';
            if (value > (long.MaxValue - digit) / 10)
                return false;
            value = (value * 10) + digit;
        }

        return true;
    }
}
