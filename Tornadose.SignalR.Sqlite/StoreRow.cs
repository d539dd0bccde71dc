using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>A store's row in the database.</summary>
internal record struct StoreRow
{
    /// <summary>For how long an idempotency key is remembered, and so a store that has no messages any more.</summary>
    public static readonly TimeSpan KeyLifetime = IdempotencyKeys.Lifetime;

    /// <summary>0 for a store that has no row yet.</summary>
    public long Id { get; set; }

    /// <summary>The newest message's, whether or not it is still kept.</summary>
    public MessagePosition Position { get; set; }

    /// <summary>When the newest message came.</summary>
    public long Time { get; set; }

    /// <summary>How many messages are kept.</summary>
    public long Count { get; set; }

    /// <summary>Their payloads and event types.</summary>
    public long Bytes { get; set; }

    /// <summary>When the oldest of them came; of no meaning when there is none.</summary>
    public long Oldest { get; set; }

    /// <summary>What concerns the database, as exactly as it is kept there: a row that differs from the options is written.</summary>
    public MessageLogLimits Limits
    {
        get;
        set => field = new MessageLogLimits(
            value.Capacity, value.MaxBytes,
            value.MaxAge is { } age ? TimeSpan.FromTicks(age.Ticks - (age.Ticks % TimeSpan.TicksPerMillisecond)) : null);
    }

    /// <summary>For how many milliseconds the store is kept after its end, which has its position; 0 for ever. Null without an
    /// end.</summary>
    public long? Ended { get; set; }

    public readonly bool IsOverLimits => Count > Limits.Capacity || (Bytes > Limits.MaxBytes && Count > 1);

    /// <summary>When retention has to look at the store next; null when only a further message could make it necessary.</summary>
    public readonly long? Due(TimeSpan? keepUnused)
    {
        if (IsOverLimits)
            return 0;
        var due = long.MaxValue;
        if (Count == 0 && Ended is null)
            due = Time + (long)KeyLifetime.TotalMilliseconds;
        else if (Count > 0 && Limits.MaxAge is { } age)
            due = After(Oldest, age);
        if (Ended is > 0 and var kept)
            due = Math.Min(due, Time + kept);
        if (keepUnused is { } unused)
            due = Math.Min(due, After(Time, unused));
        return due == long.MaxValue ? null : due;
    }

    private static long After(long time, TimeSpan span) => time + (long)Math.Ceiling(span.TotalMilliseconds);
}
