namespace Tornadose.SignalR.Backplanes;

/// <summary>What was used, in the memory of this process: a bounded number, and each for its lifetime only.</summary>
internal sealed class LocalReplayCache(TimeProvider time, int capacity = LocalReplayCache.DefaultCapacity) : IReplayCache
{
    /// <summary>Some 10 MB at the most.</summary>
    private const int DefaultCapacity = 100_000;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> _oldest = new();

    public ValueTask<bool> TryAddAsync(string id, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcTicks;
        lock (_gate)
        {
            while (_oldest.TryPeek(out _, out var until) && until <= now)
                _used.Remove(_oldest.Dequeue());
            if (_used.Contains(id))
                return new(false);
            if (_used.Count >= capacity)
                throw new StoreUnavailableException("Too much was used lately to remember one thing more.", mayBeStored: false);
            _used.Add(id);
            _oldest.Enqueue(id, now + lifetime.Ticks);
        }

        return new(true);
    }
}
