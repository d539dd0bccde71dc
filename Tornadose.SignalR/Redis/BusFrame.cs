using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Redis;

/// <summary>What came over a store's channel: an announcement by the append script, or whatever somebody has published there (then without a position).</summary>
/// <remarks>
/// An announcement is <c>\1T1;epoch;offset;tag;previous tag;proof;format and length of the event type;event type</c>, directly followed by the data. The previous tag makes
/// announcements a chain: a message that follows another life's message of the same number does not fit. The proof keeps out forgeries.
/// </remarks>
/// <param name="Position">Null for a foreign message.</param>
/// <param name="PreviousTag">The tag of the message before.</param>
/// <param name="Proof">What only the script can know; 16 hexadecimal digits.</param>
/// <param name="Content">The message.</param>
internal readonly record struct BusFrame(MessagePosition? Position, uint PreviousTag, string Proof, MessageContent Content)
{
    private const int ProofDigits = 16;

    private static ReadOnlySpan<byte> Magic => "\u0001T1;"u8;

    /// <summary>Reads what came. False for what begins like an announcement and is none.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> payload, out BusFrame frame)
    {
        if (payload.Span.StartsWith(Magic))
            return TryParseAnnouncement(payload, out frame);
        frame = new BusFrame(null, 0, "", ForeignContent.Of(payload, json: false, eventType: null));
        return true;
    }

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
            || !TryReadForm(form, rest.Length, out var json, out var eventLength))
            return false;
        var content = ForeignContent.Of(rest[eventLength..], json, Encoding.UTF8.GetString(rest.Span[..eventLength]));
        frame = new BusFrame(position, previousTag, proof, content);
        return true;
    }

    /// <summary>A letter for the format and the length of the event type, as <c>j0</c>. The separator after it is taken already.</summary>
    private static bool TryReadForm(string form, int available, out bool json, out int eventLength)
    {
        json = form.StartsWith('j');
        eventLength = 0;
        return (json || form.StartsWith('t'))
            && int.TryParse(form.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out eventLength)
            && eventLength <= available;
    }

    private static bool TryTake(ref ReadOnlyMemory<byte> rest, out string part)
    {
        var end = rest.Span[..Math.Min(rest.Length, 64)].IndexOf((byte)';');
        part = end < 0 ? "" : Encoding.ASCII.GetString(rest.Span[..end]);
        if (end >= 0)
            rest = rest[(end + 1)..];
        return end >= 0;
    }
}
