namespace Tornadose.SignalR.Backplanes;

/// <summary>What was used, in the memory of this process, each for its lifetime only. How much that can be is bounded where tickets are
/// given, for each user (<c>TornadoseOptions.MaxTicketsPerSecond</c>): a bound here would let one user use up everybody's.</summary>
internal sealed class LocalReplayCache(TimeProvider time) : IReplayCache
{
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
            if (!_used.Add(id))
                return new(false);
            _oldest.Enqueue(id, now + lifetime.Ticks);
        }

        return new(true);
    }
}
