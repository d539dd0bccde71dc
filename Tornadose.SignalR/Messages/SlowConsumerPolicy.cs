using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR;

/// <summary>What happens to a reader that the log has moved past, because it reads more slowly than messages are published.</summary>
public enum SlowConsumerPolicy
{
    /// <summary>It gets a reset with the reason <c>slow</c> and continues at the current position. The default of queue stores.</summary>
    Reset,

    /// <summary>It skips to the newest message without further notice. The default of data stores.</summary>
    SkipToLatest,

    /// <summary>It is disconnected with the reason <c>slow</c>.</summary>
    Disconnect,
}
