using System.Globalization;
using StackExchange.Redis;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>One entry of a store's stream.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Content">The message.</param>
/// <param name="Time">When it was appended, in milliseconds of Redis's clock.</param>
internal readonly record struct LogPageEntry(MessagePosition Position, MessageContent Content, long Time);

/// <summary>A part of a store's log and its newest position, read in one step.</summary>
/// <param name="Top">The newest position and the secret.</param>
/// <param name="Entries">The entries, oldest first, with contiguous offsets.</param>
/// <param name="IsLast">Whether no entries follow.</param>
/// <param name="Now">Redis's clock, in milliseconds.</param>
internal sealed record LogPage(LogTop Top, IReadOnlyList<LogPageEntry> Entries, bool IsLast, long Now)
{
    /// <summary>The position before an entry. Its tag is not known, unless it is that of an empty log.</summary>
    public static MessagePosition Before(MessagePosition position) => new(position.Epoch, position.Offset - 1, 0);

    /// <summary>Reads an entry <c>[id, [field, value, …]]</c>; null for what the script has not written.</summary>
    public static LogPageEntry? ParseEntry(ulong epoch, RedisResult result)
    {
        if ((RedisResult[]?)result is not [var id, var list] || (RedisValue[]?)list is not { } fields || !TryParseId((string?)id, out var offset, out var tag))
            return null;
        RedisValue data = default, format = default, eventType = default, time = default;
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            switch ((string?)fields[i])
            {
                case "d": data = fields[i + 1]; break;
                case "f": format = fields[i + 1]; break;
                case "e": eventType = fields[i + 1]; break;
                case "t": time = fields[i + 1]; break;
            }
        }

        var content = ForeignContent.Of((byte[]?)data ?? [], json: format == "j", (string?)eventType);
        return new LogPageEntry(new MessagePosition(epoch, offset, tag), content, long.TryParse((string?)time, CultureInfo.InvariantCulture, out var at) ? at : 0);
    }

    private static bool TryParseId(string? id, out long offset, out uint tag)
    {
        tag = 0;
        offset = 0;
        return id?.Split('-') is [var first, var second]
            && long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out offset)
            && uint.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out tag);
    }
}
