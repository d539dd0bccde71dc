using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Backplanes;

/// <summary>How much a log keeps. The oldest messages go first.</summary>
public readonly record struct MessageLogLimits
{
    /// <summary>Makes limits. What is out of range is refused by the log that gets them.</summary>
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
    /// Bytes of a message that others than this library publish where the backplane lets them; larger ones are dropped. Null for any size.
    /// </summary>
    public int? MaxMessageBytes { get; init; }

    /// <summary>
    /// For how long a store that is complete is kept without a reader, where something outlives the process: those of families come and
    /// go. Null for as long as any store.
    /// </summary>
    public TimeSpan? KeepCompleted { get; init; }

    /// <summary>Live delivery needs some slots even where nothing is kept for resuming.</summary>
    internal const int LiveOnlySlots = 64;

    /// <summary>More slots than that are no window any more, and the ring's size could not be counted.</summary>
    internal const int MaxCapacity = 1 << 24;

    /// <summary>Refuses what no log can keep.</summary>
    /// <returns>The limits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range.</exception>
    internal MessageLogLimits Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Capacity, MaxCapacity);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBytes, 1);
        if (MaxAge is { } age)
            ArgumentOutOfRangeException.ThrowIfLessThan(age, TimeSpan.Zero, nameof(MaxAge));
        return this;
    }

    internal int Slots => Capacity == 0 ? LiveOnlySlots : Capacity;
}
