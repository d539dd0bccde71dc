namespace Tornadose.SignalR.StackExchangeRedis;

internal enum FollowEventKind
{
    /// <summary>A message, or an announcement, that came over the bus.</summary>
    Message,

    /// <summary>Compare the copy with a position read from Redis.</summary>
    Check,

    /// <summary>Bring the copy up to date with Redis.</summary>
    Sync,
}
