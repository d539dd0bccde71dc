namespace Tornadose.SignalR.Delivery;

/// <summary>A bucket for each key, of those that took something lately. A full one is like none, and is forgotten.</summary>
/// <param name="rate">How much a second; null for no limit. Asked each time, as it may change; then everybody begins anew.</param>
/// <param name="burstSeconds">How much at once: what comes together in so many seconds.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBuckets(Func<int?> rate, int burstSeconds, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TokenBucket> _buckets = new(StringComparer.Ordinal);
    private int _rate;

    public int Count
    {
        get
        {
            lock (_gate)
                return _buckets.Count;
        }
    }

    public bool TryTake(string key, double cost)
    {
        if (rate() is not { } current)
            return true;
        lock (_gate)
        {
            if (current != _rate)
                _buckets.Clear();
            _rate = current;
            if (!_buckets.TryGetValue(key, out var bucket))
                _buckets[key] = bucket = new TokenBucket(current, burstSeconds * (double)current, time);
            return bucket.TryTake(cost);
        }
    }

    /// <summary>Called by the clock.</summary>
    public void Sweep()
    {
        lock (_gate)
            foreach (var (key, bucket) in _buckets)
                if (bucket.IsFull)
                    _buckets.Remove(key);
    }
}
