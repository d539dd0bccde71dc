namespace Tornadose.SignalR.Delivery;

/// <summary>A token bucket for each recently used key. A full one is equivalent to none, and is removed.</summary>
/// <param name="rate">Tokens per second; null for no limit. Read on each call, as it may change; a change resets all buckets.</param>
/// <param name="burstSeconds">The burst, as that many seconds of the rate.</param>
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

    /// <summary>Called by the registry's timer: removes full buckets.</summary>
    public void Sweep()
    {
        lock (_gate)
            foreach (var (key, bucket) in _buckets)
                if (bucket.IsFull)
                    _buckets.Remove(key);
    }
}
