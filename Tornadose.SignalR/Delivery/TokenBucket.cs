namespace Tornadose.SignalR.Delivery;

/// <summary>
/// So much a second, and a burst of it at once. Something that costs more than a whole burst is let through when the bucket is full, and
/// paid off after: otherwise it never could be. Not for several threads at a time.
/// </summary>
/// <param name="rate">How much a second.</param>
/// <param name="burst">How much at once.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBucket(double rate, double burst, TimeProvider time)
{
    private long _filled = time.GetTimestamp();
    private double _missing;

    /// <summary>Whether it is as if nothing had ever been taken.</summary>
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
