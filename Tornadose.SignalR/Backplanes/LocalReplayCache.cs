namespace Tornadose.SignalR.Backplanes;

/// <summary>
/// Remembers in this process what was used, each for its lifetime only. The number is bounded where tickets are issued, for each user
/// (<c>TornadoseOptions.MaxTicketsPerSecond</c>): a bound here could be used up by one user for everybody.
/// </summary>
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
