using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Tests.Specifications.Model;

/// <summary>
/// A store as the promises describe it: a plain list of all entries, and numbers that say which of them are kept. Nothing here is fast,
/// lock-free or clever, which is the point.
/// </summary>
internal sealed class ModelLog(MessageLogLimits limits, MessagePosition origin)
{
    private readonly List<ModelEntry> _entries = [];
    private readonly MessagePosition _origin = origin;
    private MessageLogLimits _limits = limits;
    private int _first = 1;
    private int _replayableFrom = 1;

    public MessagePosition Position { get; private set; } = origin;

    /// <summary>The number of the newest entry.</summary>
    public int Head => _entries.Count;

    public MessageLogLimits Limits => _limits;

    public bool HasEnd => _entries is [.., { Kind: EntryKind.End }];

    /// <summary>The number of the newest entry that is not the end.</summary>
    private int Newest => HasEnd ? Head - 1 : Head;

    /// <summary>The first entry that a new reader may still get.</summary>
    public int FirstReplayable => Math.Max(_first, _replayableFrom);

    /// <summary>The newest message, kept until it is too old or forgotten, even after it has left the window.</summary>
    public ModelEntry? Latest { get; private set; }

    public int Count => Head - _first + 1;

    public long Bytes => _entries.Skip(_first - 1).Sum(entry => (long)entry.Size);

    public ModelEntry? Kept(int number) => number >= _first && number <= Head ? _entries[number - 1] : null;

    public IEnumerable<ModelEntry> Replayable => _entries.Skip(FirstReplayable - 1);

    public void Append(MessagePosition position, string text, TimeSpan now)
    {
        Position = position;
        var entry = Add(EntryKind.Message, text, text.Length, now);
        if (_limits.Capacity == 0)
            Forget();
        else
            Latest = entry;
        Trim(now);
    }

    /// <summary>The end is kept whatever the limits are, and every new reader gets it.</summary>
    public void AppendEnd(MessagePosition position, TimeSpan now)
    {
        Position = position;
        Add(EntryKind.End, "end", 0, now);
        if (_limits.Capacity == 0)
            Forget();
        Trim(now);
    }

    public void AppendBare(string text, TimeSpan now)
    {
        Add(EntryKind.Bare, text, text.Length, now);
        Trim(now);
    }

    public void AppendReset(StoreResetReason reason, MessagePosition position, TimeSpan now)
    {
        Position = position;
        Add(EntryKind.Reset, ModelWords.Reset(reason, position), 0, now);
        Forget();
        Trim(now);
    }

    public void Limit(MessageLogLimits limits, TimeSpan now)
    {
        _limits = limits;
        if (limits.Capacity == 0)
            Forget();
        Trim(now);
    }

    public void Trim(TimeSpan now)
    {
        while (Newest - _first + 1 > _limits.Slots || (Bytes > _limits.MaxBytes && Newest > _first)
            || (Newest >= _first && IsPast(_entries[_first - 1], now)))
            _first++;
        if (Latest is { } latest && IsTooOld(latest, now))
            Latest = null;
    }

    /// <summary>The position of a reader that gets this entry next; tag 0 if it is no longer known.</summary>
    public MessagePosition PositionBefore(ModelEntry entry) => entry.Number == 1
        ? _origin
        : Kept(entry.Number - 1)?.Position ?? entry.Position with { Offset = entry.Position.Offset - 1, Tag = 0 };

    public bool IsTooOld(ModelEntry entry, TimeSpan now) => entry.Kind != EntryKind.End && IsPast(entry, now);

    private bool IsPast(ModelEntry entry, TimeSpan now) => _limits.MaxAge is { } age && now - entry.AppendedAt > age;

    private void Forget()
    {
        _replayableFrom = Newest + 1;
        Latest = null;
    }

    private ModelEntry Add(EntryKind kind, string word, int size, TimeSpan now)
    {
        var entry = new ModelEntry(Head + 1, kind, Position, word, size, now);
        _entries.Add(entry);
        return entry;
    }
}
