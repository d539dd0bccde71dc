using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// The id of a connection that carries several stores: their positions, one after the other, joined by dashes. It needs no more characters than a single id does, and no
/// other separator, because a position always has three parts.
/// </summary>
internal static class PositionVector
{
    private const int Parts = 3;

    public static string Format(SubscriberFeed[] feeds) =>
        feeds.Length == 1 ? feeds[0].Id : string.Join('-', feeds.Select(static feed => feed.Id));

    /// <summary>Reads a vector, which a single id is, too.</summary>
    /// <param name="id">Any text.</param>
    /// <param name="most">How many positions it may have.</param>
    /// <returns>The positions; empty when the text is no vector.</returns>
    public static List<MessagePosition> Parse(ReadOnlySpan<char> id, int most)
    {
        var positions = new List<MessagePosition>(1);
        while (positions.Count < most)
        {
            var length = LengthOfFirst(id);
            if (!MessagePosition.TryParse(id[..length], out var position))
                break;
            positions.Add(position);
            if (length == id.Length)
                return positions;
            id = id[(length + 1)..];
        }

        return [];
    }

    private static int LengthOfFirst(ReadOnlySpan<char> id)
    {
        var length = 0;
        for (var part = 0; part < Parts; part++)
        {
            var dash = id[length..].IndexOf('-');
            if (dash < 0)
                return id.Length;
            length += dash + (part == Parts - 1 ? 0 : 1);
        }

        return length;
    }
}
