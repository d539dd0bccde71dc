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

    /// <summary>How many messages are kept; of a keyed store, how many keys have a value.</summary>
    public long Count { get; set; }

    /// <summary>Their payloads and event types; of a keyed store the keys and their values.</summary>
    public long Bytes { get; set; }

    /// <summary>When the oldest of them came; of no meaning when there is none. Of a keyed store no key is older, and perhaps none as
    /// old.</summary>
    public long Oldest { get; set; }

    /// <summary>How many removals of keys are kept.</summary>
    public long Removals { get; set; }

    /// <summary>The offset of the newest removal of a key that is not kept any more.</summary>
    public long Forgotten { get; set; }

    /// <summary>What concerns the database, as exactly as it is kept there: a row that differs from the options is written.</summary>
    public MessageLogLimits Limits
    {
        get;
        set => field = new MessageLogLimits(value.Capacity, value.MaxBytes, Milliseconds(value.MaxAge))
        {
            MaxKeys = value.MaxKeys,
            MaxTombstones = value.MaxTombstones,
            KeyMaxAge = Milliseconds(value.KeyMaxAge),
        };
    }

    /// <summary>For how many milliseconds the store is kept after its end, which has its position; 0 for ever. Null without an
    /// end.</summary>
    public long? Ended { get; set; }

    public readonly bool IsOverLimits => Limits.IsKeyed
        ? Removals > Limits.MaxTombstones
        : Count > Limits.Capacity || (Bytes > Limits.MaxBytes && Count > 1);

    /// <summary>How old what is kept may grow; null for ever. A keyed store that has its end does not change any more.</summary>
    public readonly TimeSpan? Age => !Limits.IsKeyed ? Limits.MaxAge : Ended is null ? Limits.KeyMaxAge : null;

    /// <summary>Whether the oldest of what is kept is older than it may grow.</summary>
    public readonly bool HasExpired(long now) => Count > 0 && Age is { } age && IsExpired(Oldest, age, now);

    public static bool IsExpired(long time, TimeSpan age, long now) => time + age.TotalMilliseconds <= now;

    /// <summary>When retention has to look at the store next; null when only a further message could make it necessary.</summary>
    public readonly long? Due(TimeSpan? keepUnused)
    {
        if (IsOverLimits)
            return 0;
        var due = long.MaxValue;
        if (Count == 0 && Ended is null)
            due = Time + (long)KeyLifetime.TotalMilliseconds;
        else if (Count > 0 && Age is { } age)
            due = After(Oldest, age);
        if (Ended is > 0 and var kept)
            due = Math.Min(due, Time + kept);
        if (keepUnused is { } unused)
            due = Math.Min(due, After(Time, unused));
        return due == long.MaxValue ? null : due;
    }

    private static TimeSpan? Milliseconds(TimeSpan? span) =>
        span is { } age ? TimeSpan.FromTicks(age.Ticks - (age.Ticks % TimeSpan.TicksPerMillisecond)) : null;

    private static long After(long time, TimeSpan span) => time + (long)Math.Ceiling(span.TotalMilliseconds);
}
