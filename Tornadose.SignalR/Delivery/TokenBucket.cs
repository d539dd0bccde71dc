namespace Tornadose.SignalR.Delivery;

/// <summary>
/// Token bucket. A cost above the whole burst is admitted when the bucket is full, and paid off afterwards; otherwise it never could be
/// admitted. Not thread-safe.
/// </summary>
/// <param name="rate">Tokens per second.</param>
/// <param name="burst">How many tokens a full bucket has.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBucket(double rate, double burst, TimeProvider time)
{
    private long _filled = time.GetTimestamp();
    private double _missing;

    /// <summary>Whether everything that was taken has been refilled.</summary>
    public bool IsFull
    {
        get
        {
            Fill();
            return _missing <= 0;
        }
    }

    public bool TryTake(double cost)
    {
        Fill();
        if (burst - _missing < Math.Min(cost, burst))
            return false;
        _missing += cost;
        return true;
    }

    private void Fill()
    {
        var now = time.GetTimestamp();
        _missing = Math.Max(0, _missing - (time.GetElapsedTime(_filled, now).TotalSeconds * rate));
        _filled = now;
    }
}
