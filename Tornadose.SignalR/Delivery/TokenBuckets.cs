namespace Tornadose.SignalR.Delivery;

/// <summary>A bucket for each key, of those that took something lately. A full one is like none, and is forgotten.</summary>
/// <param name="rate">How much a second.</param>
/// <param name="burst">How much at once.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBuckets(double rate, double burst, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TokenBucket> _buckets = new(StringComparer.Ordinal);

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
        lock (_gate)
        {
            if (!_buckets.TryGetValue(key, out var bucket))
                _buckets[key] = bucket = new TokenBucket(rate, burst, time);
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
