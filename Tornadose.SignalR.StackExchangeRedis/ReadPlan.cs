using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>What a <see cref="LogReplica"/> wants to be read next.</summary>
/// <param name="Purpose">What for.</param>
/// <param name="From">The first offset; 0 for the beginning of the log.</param>
/// <param name="Known">The position at which the replica stood when it asked.</param>
/// <param name="Mark">Up to which number announcements had arrived when it asked.</param>
internal sealed record ReadPlan(ReadPurpose Purpose, long From, MessagePosition Known, long Mark);

/// <summary>What a read is for.</summary>
internal enum ReadPurpose
{
    /// <summary>The log's next entries.</summary>
    CatchUp,

    /// <summary>All that is kept, because nothing is known of this epoch.</summary>
    Window,

    /// <summary>The last entry that both have, because Redis was rolled back.</summary>
    Compare,
}
