namespace Tornadose.SignalR.Delivery;

/// <summary>
/// When which subscriber is ended during a drain: evenly over the window, and never more than half a second apart, so that a process
/// with few subscribers stops soon. Closed in groups, so that pauses stay long enough to be kept by a timer.
/// </summary>
internal readonly record struct DrainPace(int Subscribers, TimeSpan Window)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);

    /// <summary>How long to pause before ending the subscriber of this index.</summary>
    public TimeSpan PauseBefore(int index)
    {
        if (index == 0)
            return TimeSpan.Zero;
        // The last tenth of the window is left for the last connections to close.
        var even = Window * 0.9 / Subscribers;
        if (even >= LongestPause)
            return LongestPause;
        if (even >= ShortestPause)
            return even;
        var group = even == TimeSpan.Zero ? Subscribers : (int)Math.Ceiling(ShortestPause / even);
        return index % group == 0 ? even * group : TimeSpan.Zero;
    }
}
