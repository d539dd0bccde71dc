using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Backplanes;

/// <summary>How much a log keeps. The oldest messages go first.</summary>
public readonly record struct MessageLogLimits
{
    /// <summary>Makes limits. Values out of range are refused by the log that gets them.</summary>
    /// <param name="capacity">Messages, from 0 to 16,777,216; with 0 messages are delivered live only, and nothing can be resumed.</param>
    /// <param name="maxBytes">Bytes of payload and event type, from 1.</param>
    /// <param name="maxAge">Time since a message was appended, from zero; null keeps messages of any age.</param>
    /// <param name="newestSuffices">Whether readers want the newest message and may miss those in between, without a reset.</param>
    public MessageLogLimits(int capacity, long maxBytes, TimeSpan? maxAge = null, bool newestSuffices = false) =>
        (Capacity, MaxBytes, MaxAge, NewestSuffices) = (capacity, maxBytes, maxAge, newestSuffices);

    /// <summary>Messages, from 0 to 16,777,216; with 0 messages are delivered live only, and nothing can be resumed.</summary>
    public int Capacity { get; init; }

    /// <summary>Bytes of payload and event type, from 1.</summary>
    public long MaxBytes { get; init; }

    /// <summary>Time since a message was appended, from zero; null keeps messages of any age.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Whether readers want the newest message and may miss those in between, without a reset.</summary>
    public bool NewestSuffices { get; init; }

    /// <summary>
    /// Bytes of a message that a foreign publisher sends past this library, where the backplane supports that; larger ones are dropped.
    /// Null for any size.
    /// </summary>
    public int? MaxMessageBytes { get; init; }

    /// <summary>
    /// How long a completed store is kept without a reader, where the storage outlives the process: stores of families come and go. Null
    /// for as long as any other store.
    /// </summary>
    public TimeSpan? KeepCompleted { get; init; }

    /// <summary>
    /// Keys of a keyed log, which keeps the newest entry of each key; from 1. Zero for a log that keeps its newest entries; the other
    /// limits of keys then have no effect. The backplane refuses changes beyond the limit, as <see cref="MessageLog.Judge"/> does. Cannot
    /// be changed from zero or to zero.
    /// </summary>
    public int MaxKeys { get; init; }

    /// <summary>Removals that a keyed log remembers, from 1. A reader that has missed an older one gets a reset.</summary>
    public int MaxTombstones { get; init; } = 1;

    /// <summary>
    /// How long a key of a keyed log is kept if it is not set again. The log does not remove an expired key by itself, as that is a change
    /// of the store, but no longer gives it to new readers. Null for ever.
    /// </summary>
    public TimeSpan? KeyMaxAge { get; init; }

    /// <summary>Whether the log keeps the newest entry of each key.</summary>
    public bool IsKeyed => MaxKeys > 0;

    /// <summary>Live delivery needs some slots even if nothing is kept for resuming.</summary>
    internal const int LiveOnlySlots = 64;

    /// <summary>More slots are no window of recent messages any more, and the ring's size could overflow.</summary>
    internal const int MaxCapacity = 1 << 24;

    /// <summary>Refuses limits that no log can keep.</summary>
    /// <returns>The limits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range.</exception>
    internal MessageLogLimits Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Capacity, MaxCapacity);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBytes, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxKeys);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxKeys, MaxCapacity);
        if (IsKeyed)
            ArgumentOutOfRangeException.ThrowIfLessThan(MaxTombstones, 1);
        if (MaxAge is { } age)
            ArgumentOutOfRangeException.ThrowIfLessThan(age, TimeSpan.Zero, nameof(MaxAge));
        return this;
    }

    internal int Slots => Capacity == 0 ? LiveOnlySlots : Capacity;
}
