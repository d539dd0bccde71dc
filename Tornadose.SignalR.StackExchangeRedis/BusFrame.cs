using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>What came over a store's channel: an announcement by the append script, or whatever somebody has published there (then without a position).</summary>
/// <remarks>
/// An announcement is <c>\1T1;epoch;offset;tag;previous tag;proof;form;event type</c>, directly followed by the data. The form is a letter for the format, the length of the event type and, where the
/// publisher is traced, a comma and its <c>traceparent</c>. The previous tag makes
/// announcements a chain: a message that follows another life's message of the same number does not fit. The proof keeps out forgeries.
/// </remarks>
/// <param name="Position">Null for a foreign message.</param>
/// <param name="PreviousTag">The tag of the message before.</param>
/// <param name="Proof">What only the script can know; 16 hexadecimal digits.</param>
/// <param name="Content">The message.</param>
internal readonly record struct BusFrame(MessagePosition? Position, uint PreviousTag, string Proof, MessageContent Content)
{
    private const int ProofDigits = 16;

    /// <summary>The longest part of an announcement is the form: a letter, the length, a comma, and 55 characters of context.</summary>
    private const int MaxPartLength = 64;

    private static ReadOnlySpan<byte> Magic => "\u0001T1;"u8;

    /// <summary>Reads what came. False for what begins like an announcement and is none.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> payload, out BusFrame frame)
    {
        if (payload.Span.StartsWith(Magic))
            return TryParseAnnouncement(payload, out frame);
        frame = new BusFrame(null, 0, "", ForeignContent.Of(payload, json: false, eventType: null));
        return true;
    }

    /// <summary>The publisher's trace context; null when it is not traced.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Whether the announcement comes from the script of the store with this secret.</summary>
    public bool IsProved(string seal)
    {
        var position = Position!.Value;
        var text = string.Create(CultureInfo.InvariantCulture, $"{seal}:{position.Offset}:{position.Tag:x8}:{PreviousTag:x8}");
#pragma warning disable CA5350 // what Lua in Redis can compute; the secret comes first, and the text has one length only
        var hash = Convert.ToHexStringLower(SHA1.HashData(Encoding.ASCII.GetBytes(text)));
#pragma warning restore CA5350
        return hash.AsSpan(0, ProofDigits).SequenceEqual(Proof);
    }

    private static bool TryParseAnnouncement(ReadOnlyMemory<byte> payload, out BusFrame frame)
    {
        frame = default;
        var rest = payload[Magic.Length..];
        if (!TryTake(ref rest, out var epoch) || !TryTake(ref rest, out var offset) || !TryTake(ref rest, out var tag)
            || !TryTake(ref rest, out var previous) || !TryTake(ref rest, out var proof) || !TryTake(ref rest, out var form)
            || !MessagePosition.TryParse($"{epoch}-{offset}-{tag}", out var position)
            || !uint.TryParse(previous, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var previousTag)
            || !TryReadForm(form, rest.Length, out var json, out var eventLength, out var traceParent))
            return false;
        var content = ForeignContent.Of(rest[eventLength..], json, Encoding.UTF8.GetString(rest.Span[..eventLength]));
        frame = new BusFrame(position, previousTag, proof, content) { TraceParent = traceParent };
        return true;
    }

    /// <summary>As <c>j0</c>, or <c>t5,00-…-01</c>. The separator after it is taken already.</summary>
    private static bool TryReadForm(string form, int available, out bool json, out int eventLength, out string? traceParent)
    {
        json = form.StartsWith('j');
        eventLength = 0;
        var comma = form.IndexOf(',', StringComparison.Ordinal);
        traceParent = comma < 0 ? null : form[(comma + 1)..];
        var length = comma < 0 ? form.Length : comma;
        return (json || form.StartsWith('t'))
            && int.TryParse(form.AsSpan(1, length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out eventLength)
            && eventLength <= available;
    }

    private static bool TryTake(ref ReadOnlyMemory<byte> rest, out string part)
    {
        var end = rest.Span[..Math.Min(rest.Length, MaxPartLength + 1)].IndexOf((byte)';');
        part = end < 0 ? "" : Encoding.ASCII.GetString(rest.Span[..end]);
        if (end >= 0)
            rest = rest[(end + 1)..];
        return end >= 0;
    }
}
