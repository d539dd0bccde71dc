namespace Tornadose.SignalR.Delivery;

/// <summary>
/// When each subscriber is ended during a drain: evenly over the first 80 % of the window, never more than half a second apart, so that
/// a process with few subscribers stops soon. Many subscribers are ended in groups, so that no pause is too short for a timer.
/// </summary>
internal readonly record struct DrainPace(int Subscribers, TimeSpan Window)
{
    private const double GraceShare = 0.2;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);

    /// <summary>How long connections may take to close once the last one was told to.</summary>
    public TimeSpan Grace => Window * GraceShare;

    /// <summary>How long to pause before ending the subscriber of this index.</summary>
    public TimeSpan PauseBefore(int index)
    {
        if (index == 0)
            return TimeSpan.Zero;
        var even = Window * (1 - GraceShare) / Subscribers;
        if (even >= LongestPause)
            return LongestPause;
        if (even >= ShortestPause)
            return even;
        var group = even == TimeSpan.Zero ? Subscribers : (int)Math.Ceiling(ShortestPause / even);
        return index % group == 0 ? even * group : TimeSpan.Zero;
    }
}
