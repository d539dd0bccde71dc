namespace Tornadose.SignalR.Client;

/// <summary>
/// The wait before the next attempt: doubled by each failure, plus a random part of up to half of it, so that many clients do not
/// reconnect at the same moment; never shorter than the server's <c>Retry-After</c>.
/// </summary>
internal sealed class BackOff(TornadoseClientOptions options)
{
    /// <summary>A connection that lasted this long resets the back-off: the next wait is the first one again.</summary>
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(5);

    /// <summary>Timers take no longer ones.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    private TimeSpan _first = options.ReconnectDelay;
    private int _failures;

    public bool IsFirst => _failures == 0;

    /// <summary>The server's <c>retry</c>.</summary>
    public void Begin(TimeSpan first) => _first = first;

    public void Lived(TimeSpan time)
    {
        if (time >= Stable)
            _failures = 0;
    }

    public TimeSpan Next(TimeSpan? retryAfter)
    {
        var wait = Math.Max(_first.TotalMilliseconds, 1) * Math.Pow(2, Math.Min(_failures++, 40));
        wait = Math.Max(Math.Min(wait, options.MaxReconnectDelay.TotalMilliseconds), retryAfter?.TotalMilliseconds ?? 0);
        return TimeSpan.FromMilliseconds(Math.Min(wait * (1 + (Random.Shared.NextDouble() / 2)), Longest.TotalMilliseconds));
    }
}
