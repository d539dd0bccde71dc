namespace Tornadose.SignalR;

/// <summary>
/// Where a reader begins: now, at the latest value, at the earliest kept message, at the last <em>n</em>, or after a position.
/// </summary>
public readonly record struct StartAt
{
    private StartAt(Kind where, int count = 0, MessagePosition? position = null, bool earliestOnReset = false, string? text = null) =>
        (Where, Count, Position, EarliestOnReset, Text) = (where, count, position, earliestOnReset, text);

    internal enum Kind
    {
        Now,
        Latest,
        Earliest,
        Last,
        After,
    }

    /// <summary>With the next message that is published.</summary>
    public static StartAt Now => default;

    /// <summary>With the newest message, then live: what a data store sends to a new subscriber.</summary>
    public static StartAt Latest => new(Kind.Latest);

    /// <summary>With the oldest message that is still kept.</summary>
    public static StartAt Earliest => new(Kind.Earliest);

    internal Kind Where { get; }

    internal int Count { get; }

    /// <summary>The position to resume after; null with <see cref="Kind.After"/> if the id is not a single position.</summary>
    internal MessagePosition? Position { get; }

    internal bool EarliestOnReset { get; }

    /// <summary>
    /// With <see cref="Kind.After"/>, the id as given, if it is not a single position: the id of several stores contains all of theirs.
    /// </summary>
    internal string? Text { get; }

    /// <summary>In a keyed store, the only key to read; null for all.</summary>
    internal string? Key { get; private init; }

    /// <summary>The same start for one key of a keyed store: messages of other keys are not read.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The start.</returns>
    /// <exception cref="ArgumentException">The text is not a valid key.</exception>
    public StartAt OfKey(string key) => this with { Key = StoreKeys.Validate(key) };

    /// <summary>With the last <paramref name="count"/> messages that are kept, then live.</summary>
    /// <param name="count">How many, from 0; if fewer are kept, all of them.</param>
    /// <returns>The start.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public static StartAt Last(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new(Kind.Last, count);
    }

    /// <summary>With the first message after a position; a reset comes first when that is not possible.</summary>
    /// <param name="position">The position of the last message that was received.</param>
    /// <returns>The start.</returns>
    public static StartAt After(MessagePosition position) => new(Kind.After, position: position);

    /// <summary>With the first message after an id as seen on any wire; a reset comes first when that is not possible.</summary>
    /// <param name="id">
    /// The id of the last message that was received. Text that is not an id leads to a reset, not to an exception.
    /// </param>
    /// <returns>The start.</returns>
    /// <exception cref="ArgumentNullException">The id is null.</exception>
    public static StartAt AfterId(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return MessagePosition.TryParse(id, out var position) ? After(position) : new(Kind.After, text: id);
    }

    /// <summary>The same resume, but after a reset everything that is still kept is replayed, instead of continuing live.</summary>
    internal StartAt OrEarliest() => new(Where, Count, Position, earliestOnReset: true, Text) { Key = Key };
}
