using System.Globalization;
using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>A part of a store's log and its newest position, read in one step.</summary>
/// <param name="Top">The newest position and the secret.</param>
/// <param name="Entries">The entries, oldest first.</param>
/// <param name="IsLast">Whether nothing of the range is left to read.</param>
/// <param name="Now">Redis's clock, in milliseconds.</param>
/// <param name="Forgotten">For a keyed store, the offset of the newest removal of a key that is no longer kept.</param>
internal sealed record LogPage(LogTop Top, IReadOnlyList<LogPageEntry> Entries, bool IsLast, long Now, long Forgotten = 0)
{
    /// <summary>How long ago an entry was appended. Never negative, even if the clock was set back.</summary>
    public TimeSpan AgeOf(LogPageEntry entry) => TimeSpan.FromMilliseconds(Math.Max(0, Now - entry.Time));

    /// <summary>Whether an entry is older than <see cref="MessageLogLimits.MaxAge"/>.</summary>
    public bool IsTooOld(LogPageEntry entry, MessageLogLimits limits) => limits.MaxAge is { } age && AgeOf(entry) > age;

    /// <summary>Why the page does not continue a copy; null when it does.</summary>
    /// <param name="at">The copy's newest position.</param>
    /// <param name="limits">What the copy keeps.</param>
    public StoreResetReason? FindBreak(MessagePosition at, MessageLogLimits limits)
    {
        if (Top.FindBreak(at) is { } reason)
            return reason;
        if (Top.Position == at)
            return null;
        var next = at.Offset + 1;
        foreach (var entry in Entries)
        {
            if (entry.Position.Offset == at.Offset && entry.Position.Tag != at.Tag)
                return StoreResetReason.Rollback;
            if (entry.Position.Offset <= at.Offset)
                continue;
            // The copy's newest message may no longer be kept: a store that was idle for long keeps none.
            var isAnchored = at.Offset == 0 || next > at.Offset + 1 || Entries[0].Position == at || entry.PreviousTag == at.Tag;
            if (!limits.NewestSuffices && (!isAnchored || entry.Position.Offset != next || IsTooOld(entry, limits)))
                return StoreResetReason.Expired;
            next = entry.Position.Offset + 1;
        }

        return next == at.Offset + 1 && IsLast ? StoreResetReason.Expired : null;
    }

    /// <summary>Reads what <c>read.lua</c> or <c>entries.lua</c> returns; null for a store without an epoch.</summary>
    public static LogPage? Parse(RedisResult result, string store)
    {
        if ((RedisResult[]?)result is not [var epoch, var offset, var tag, var seal, var now, var last, var list, .. var forgotten]
            || LogTop.ParsePosition((string?)epoch, (string?)offset, (string?)tag) is not { } top)
            return null;
        var entries = new List<LogPageEntry>();
        foreach (var item in (RedisResult[]?)list ?? [])
            if (ParseEntry(top.Epoch, item, store) is { } entry)
                entries.Add(entry);
        return new LogPage(
            new LogTop(top, (string?)seal ?? ""), entries, (long)last == 1, (long)now, forgotten is [var removal] ? (long)removal : 0);
    }

    /// <summary>Reads an entry <c>[id, [field, value, …]]</c>; null for one that the scripts have not written.</summary>
    private static LogPageEntry? ParseEntry(ulong epoch, RedisResult result, string store)
    {
        if ((RedisResult[]?)result is not [var id, var list] || (RedisValue[]?)list is not { } fields
            || !TryParseId((string?)id, out var offset, out var tag))
            return null;
        RedisValue data = default, format = default, eventType = default, time = default, previous = default;
        RedisValue operation = default, key = default;
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            switch ((string?)fields[i])
            {
                case "d": data = fields[i + 1]; break;
                case "f": format = fields[i + 1]; break;
                case "e": eventType = fields[i + 1]; break;
                case "t": time = fields[i + 1]; break;
                case "p": previous = fields[i + 1]; break;
                case "o": operation = fields[i + 1]; break;
                case "k": key = fields[i + 1]; break;
            }
        }

        var content = (string?)operation is [var letter]
            ? ForeignContent.OfChange(store, letter, (byte[]?)key ?? [], (byte[]?)data ?? [])
            : ForeignContent.OfScript((byte[]?)data ?? [], json: format == "j", (string?)eventType);
        return new LogPageEntry(
            new MessagePosition(epoch, offset, tag), content,
            long.TryParse((string?)time, CultureInfo.InvariantCulture, out var at) ? at : 0,
            uint.TryParse((string?)previous, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var before)
                ? before
                : null);
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
