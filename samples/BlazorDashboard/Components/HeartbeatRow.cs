namespace BlazorDashboard.Components;

/// <summary>The last messages of a store as bars. The page's <c>heartbeats.js</c> goes on with the same rules.</summary>
/// <param name="Store">The store.</param>
/// <param name="Period">How often it gets a message.</param>
/// <param name="Messages">How many it keeps.</param>
public sealed record HeartbeatRow(string Store, TimeSpan Period, int Messages)
{
    /// <summary>How many bars there is room for.</summary>
    public const int Most = 100;

    /// <summary>The bars, four units apart, the newest at the right edge.</summary>
    public string Path
    {
        get
        {
            var bars = Math.Min(Most, Messages);
            return string.Concat(Enumerable.Range(Most - bars, bars).Select(bar => $"M{4 * bar + 2} 0V16"));
        }
    }
}
