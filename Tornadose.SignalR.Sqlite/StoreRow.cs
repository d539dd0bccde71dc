using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>A store's row in the database.</summary>
internal record struct StoreRow
{
    /// <summary>How long an idempotency key is remembered, and therefore a store that no longer has messages.</summary>
    public static readonly TimeSpan KeyLifetime = IdempotencyKeys.Lifetime;

    /// <summary>0 for a store that has no row yet.</summary>
    public long Id { get; set; }

    /// <summary>The position of the newest message, whether or not it is still kept.</summary>
    public MessagePosition Position { get; set; }

    /// <summary>When the newest message was appended.</summary>
    public long Time { get; set; }

    /// <summary>How many messages are kept; for a keyed store, how many keys have a value.</summary>
    public long Count { get; set; }

    /// <summary>The bytes of their payloads and event types; for a keyed store, of the keys and their values.</summary>
    public long Bytes { get; set; }

    /// <summary>
    /// When the oldest of them was appended; meaningless when there is none. For a keyed store a lower bound: no key is older.
    /// </summary>
    public long Oldest { get; set; }

    /// <summary>How many removals of keys are kept.</summary>
    public long Removals { get; set; }

    /// <summary>The offset of the newest removal of a key that is no longer kept.</summary>
    public long Forgotten { get; set; }

    /// <summary>
    /// The limits that concern the database, in its precision of milliseconds, because a row that differs from the options is written.
    /// </summary>
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

    /// <summary>
    /// For how many milliseconds the store is kept after its end, whose position is the store's; 0 for ever. Null without an end.
    /// </summary>
    public long? Ended { get; set; }

    public readonly bool IsOverLimits => Limits.IsKeyed
        ? Removals > Limits.MaxTombstones
        : Count > Limits.Capacity || (Bytes > Limits.MaxBytes && Count > 1);

    /// <summary>The maximum age of what is kept; null for no limit. A keyed store that has its end no longer changes.</summary>
    public readonly TimeSpan? Age => !Limits.IsKeyed ? Limits.MaxAge : Ended is null ? Limits.KeyMaxAge : null;

    /// <summary>Whether the oldest of what is kept exceeds the maximum age.</summary>
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
