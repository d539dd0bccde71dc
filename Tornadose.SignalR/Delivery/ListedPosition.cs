using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// One store's position in the id of a list, in a short form: ten digits for a mark of the epoch and the tag, then the offset. Digits are
/// base 62, <c>A-Za-z0-9</c>; the first one is always a letter, so that no number is a position.
/// </summary>
/// <remarks>
/// On a connection of 64 stores the id of each message holds 64 positions, which would be 2 KiB if the epochs were written out. The mark
/// is 27 bits of the epoch. It distinguishes the stores of one list, and the epochs of one store. If two marks are equal, the tag still
/// differs: it is random for every message. Only a reader that has had no message of a store has no tag. If that store then loses its log,
/// the loss goes unnoticed once in 134 million times.
/// </remarks>
internal readonly struct ListedPosition
{
    /// <summary>The longest text form in characters: 10 for epoch and tag, 11 for the offset.</summary>
    public const int MaxLength = MarkDigits + 11;

    private const int MarkDigits = 10;
    private const int MarkBits = 27;
    private const uint Base = 62;
    private const string Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private readonly MessagePosition _position;
    private readonly bool _isShort;

    private ListedPosition(MessagePosition position, bool isShort) => (_position, _isShort) = (position, isShort);

    /// <summary>The position as it was written. In the short form its epoch is the mark, which is no store's epoch.</summary>
    public MessagePosition Written => _position;

    /// <summary>
    /// Whether its epoch, or mark, is that of the log. False until the log is open, because its epoch is unknown before.
    /// </summary>
    public bool IsOf(MessageLog log) =>
        log.IsOpen && _position.Epoch == (_isShort ? MarkOf(log.Position.Epoch) : log.Position.Epoch);

    /// <summary>The position with the full epoch of its log.</summary>
    public MessagePosition In(MessageLog log) => _position with { Epoch = log.Position.Epoch };

    /// <summary>Writes the short form.</summary>
    /// <param name="position">The position.</param>
    /// <param name="text">Where to; at least <see cref="MaxLength"/> bytes.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Write(MessagePosition position, Span<byte> text)
    {
        WriteDigits((MarkOf(position.Epoch) << 32) | position.Tag, text[..MarkDigits]);
        var length = CountDigits((ulong)position.Offset);
        WriteDigits((ulong)position.Offset, text.Slice(MarkDigits, length));
        return MarkDigits + length;
    }

    /// <summary>Parses either form. Only the canonical text is accepted.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ListedPosition position)
    {
        position = default;
        if (MessagePosition.TryParse(text, out var full))
            position = new ListedPosition(full, isShort: false);
        else if (TryParseShort(text, out var written))
            position = new ListedPosition(written, isShort: true);
        else
            return false;
        return true;
    }

    private static bool TryParseShort(ReadOnlySpan<char> text, out MessagePosition position)
    {
        position = default;
        if (text.Length is <= MarkDigits or > MaxLength
            || !TryReadDigits(text[..MarkDigits], out var mark) || mark >> (MarkBits + 32) != 0
            || !TryReadDigits(text[MarkDigits..], out var offset) || offset > long.MaxValue
            || CountDigits(offset) != text.Length - MarkDigits)
            return false;
        position = new MessagePosition(mark >> 32, (long)offset, (uint)mark);
        return true;
    }

    private static ulong MarkOf(ulong epoch) => epoch >> (64 - MarkBits);

    private static int CountDigits(ulong value)
    {
        var count = 1;
        while ((value /= Base) > 0)
            count++;
        return count;
    }

    private static void WriteDigits(ulong value, Span<byte> digits)
    {
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            (value, var digit) = Math.DivRem(value, Base);
            digits[i] = (byte)Digits[(int)digit];
        }
    }

    private static bool TryReadDigits(ReadOnlySpan<char> digits, out ulong value)
    {
        value = 0;
        foreach (var c in digits)
        {
            var digit = c switch
            {
                >= 'A' and <= 'Z' => c - 'A',
                >= 'a' and <= 'z' => c - 'a' + 26,
                >= '0' and <= '9' => c - '0' + 52,
                _ => -1,
            };
            if (digit < 0 || value > (ulong.MaxValue - (uint)digit) / Base)
                return false;
            value = (value * Base) + (uint)digit;
        }

        return true;
    }
}
