using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Backplanes;

/// <summary>
/// The positions of recently published messages by their idempotency key. Not safe for concurrent use: its owner holds a lock.
/// </summary>
internal sealed class IdempotencyKeys(TimeProvider time)
{
    /// <summary>How long a key is remembered.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>How many keys are remembered at most; the oldest are forgotten first.</summary>
    public const int MaxKeys = 100_000;

    private readonly Dictionary<string, MessagePosition> _positions = new(StringComparer.Ordinal);
    private readonly Queue<(string Key, long Added)> _ages = new();

    public bool TryGet(string key, out MessagePosition position) => _positions.TryGetValue(key, out position);

    /// <summary>Forgets keys that are too old or too many.</summary>
    public void Trim()
    {
        while (_ages.TryPeek(out var oldest) && (_ages.Count > MaxKeys || time.GetElapsedTime(oldest.Added) >= Lifetime))
            _positions.Remove(_ages.Dequeue().Key);
    }

    /// <summary>Remembers the position of a key's message.</summary>
    public void Add(string key, MessagePosition position)
    {
        _positions[key] = position;
        _ages.Enqueue((key, time.GetTimestamp()));
    }
}
