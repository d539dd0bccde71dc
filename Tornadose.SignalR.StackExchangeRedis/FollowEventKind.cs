namespace Tornadose.SignalR.StackExchangeRedis;

internal enum FollowEventKind
{
    /// <summary>A message, or an announcement, that came over the bus.</summary>
    Message,

    /// <summary>The copy is to be compared with a position that Redis told.</summary>
    Check,

    /// <summary>The copy is to be brought to what Redis has now.</summary>
    Sync,
}
