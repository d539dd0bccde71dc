using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// A message received on a store's channel: an announcement by a script, or whatever else was published there (without a position).
/// </summary>
/// <remarks>
/// An announcement is <c>\1T1;proof;epoch;offset;tag;previous tag;form;event type</c>, directly followed by the data. The form is a letter
/// for the format (a capital for the last of several messages that were appended together), the length of the event type and, if the
/// publisher is traced, a comma and its <c>traceparent</c>. In a keyed store the letter is that of the change (<c>i</c>, <c>u</c>,
/// <c>d</c>, <c>c</c>), and the key takes the place of the event type. The previous tag chains the announcements: one whose predecessor is
/// a different message with the same offset does not fit. The proof excludes forgeries; it covers all that follows it. <c>1</c> is the
/// version. A node that does not know the version takes the announcement as a hint to read the log.
/// </remarks>
/// <param name="Position">Null for a foreign message; the default value for an announcement of an unknown version.</param>
/// <param name="PreviousTag">The tag of the previous message.</param>
/// <param name="Content">The message.</param>
internal readonly record struct BusFrame(MessagePosition? Position, uint PreviousTag, MessageContent Content)
{
    private const int ProofDigits = 16;
    private const int SealDigits = 40;

    /// <summary>The longest part of an announcement is the form: a letter, the length, a comma, and 55 characters of context.</summary>
    private const int MaxPartLength = 64;

    /// <summary>The most bytes that an announcement adds to the message and its event type.</summary>
    public const int MaxOverhead = 256;

    private static ReadOnlySpan<byte> Announced => "\u0001T"u8;

    private static ReadOnlySpan<byte> Version => "1"u8;

    /// <summary>Whether this is the last of several messages appended together. Those before it are read from the log.</summary>
    public bool EndsBatch { get; private init; }

    /// <summary>The publisher's trace context; null when it is not traced.</summary>
    public string? TraceParent { get; private init; }

    private ReadOnlyMemory<byte> Proof { get; init; }

    private ReadOnlyMemory<byte> Proved { get; init; }

    /// <summary>Whether it claims to be an announcement.</summary>
    public static bool IsAnnouncement(ReadOnlySpan<byte> payload) => payload.StartsWith(Announced);

    /// <summary>Parses a payload. False for one that begins like an announcement but is not one.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> payload, out BusFrame frame, string store = "")
    {
        if (IsAnnouncement(payload.Span))
            return TryParseAnnouncement(payload[Announced.Length..], store, out frame);
        frame = new BusFrame(null, 0, ForeignContent.Of(payload, json: false, eventType: null));
        return true;
    }

    /// <summary>Whether the announcement comes from the script of the store with this secret.</summary>
    public bool IsProved(string seal)
    {
        if (Proof.Length != ProofDigits || seal.Length != SealDigits)
            return false;
        var text = ArrayPool<byte>.Shared.Rent(SealDigits + Proved.Length);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        Span<byte> outer = stackalloc byte[SealDigits + (2 * SHA1.HashSizeInBytes)];
        Encoding.ASCII.GetBytes(seal, text);
        Proved.Span.CopyTo(text.AsSpan(SealDigits));
#pragma warning disable CA5350 // what Lua in Redis can compute, used as an HMAC
        SHA1.HashData(text.AsSpan(0, SealDigits + Proved.Length), hash);
        ArrayPool<byte>.Shared.Return(text);
        Encoding.ASCII.GetBytes(seal, outer);
        Convert.TryToHexStringLower(hash, outer[SealDigits..], out _);
        SHA1.HashData(outer, hash);
#pragma warning restore CA5350
        Convert.TryToHexStringLower(hash, outer, out _);
        return CryptographicOperations.FixedTimeEquals(outer[..ProofDigits], Proof.Span);
    }

    private static bool TryParseAnnouncement(ReadOnlyMemory<byte> rest, string store, out BusFrame frame)
    {
        frame = default;
        if (!TryTake(ref rest, out var version))
            return false;
        if (!version.Span.SequenceEqual(Version))
        {
            frame = new BusFrame(default(MessagePosition), 0, default);
            return version.Length > 0 && !version.Span.ContainsAnyExceptInRange((byte)'0', (byte)'9');
        }

        if (!TryTake(ref rest, out var proof))
            return false;
        var proved = rest;
        if (!TryTakeText(ref rest, out var epoch) || !TryTakeText(ref rest, out var offset) || !TryTakeText(ref rest, out var tag)
            || !TryTakeText(ref rest, out var previous) || !TryTakeText(ref rest, out var form)
            || !MessagePosition.TryParse($"{epoch}-{offset}-{tag}", out var position)
            || !uint.TryParse(previous, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var previousTag)
            || !TryReadForm(form, rest.Length, out var eventLength, out var traceParent))
            return false;
        var content = IsChange(form[0])
            ? ForeignContent.OfChange(store, form[0], rest[..eventLength], rest[eventLength..])
            : ForeignContent.OfScript(
                rest[eventLength..], json: char.ToLowerInvariant(form[0]) == 'j', Encoding.UTF8.GetString(rest.Span[..eventLength]));
        frame = new BusFrame(position, previousTag, content)
        {
            EndsBatch = char.IsAsciiLetterUpper(form[0]),
            TraceParent = traceParent,
            Proof = proof,
            Proved = proved,
        };
        return true;
    }

    private static bool IsChange(char letter) => letter is 'i' or 'u' or 'd' or 'c';

    /// <summary>For example <c>j0</c> or <c>t5,00-…-01</c>. The separator after the form is already consumed.</summary>
    private static bool TryReadForm(string form, int available, out int eventLength, out string? traceParent)
    {
        eventLength = 0;
        var comma = form.IndexOf(',', StringComparison.Ordinal);
        traceParent = comma < 0 ? null : form[(comma + 1)..];
        var length = comma < 0 ? form.Length : comma;
        return form is ['j' or 'J' or 't' or 'T' or 'i' or 'u' or 'd' or 'c', ..]
            && int.TryParse(form.AsSpan(1, length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out eventLength)
            && eventLength <= available;
    }

    private static bool TryTakeText(ref ReadOnlyMemory<byte> rest, out string text)
    {
        var taken = TryTake(ref rest, out var part);
        text = Encoding.ASCII.GetString(part.Span);
        return taken;
    }

    private static bool TryTake(ref ReadOnlyMemory<byte> rest, out ReadOnlyMemory<byte> part)
    {
        var end = rest.Span[..Math.Min(rest.Length, MaxPartLength + 1)].IndexOf((byte)';');
        part = end < 0 ? default : rest[..end];
        if (end >= 0)
            rest = rest[(end + 1)..];
        return end >= 0;
    }
}
