using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Backplanes;

/// <summary>Decides order and positions in this process. What it keeps ends with the process; a new process begins a new epoch.</summary>
/// <param name="time">The clock.</param>
internal sealed class LocalBackplane(TimeProvider time) : IBackplane
{
    /// <inheritdoc/>
    public bool KeepsKeyedStores => true;

    /// <inheritdoc/>
    public IBackplaneChannel Open(string store, MessageLogLimits limits) => new LocalBackplaneChannel(store, limits, time);
}
