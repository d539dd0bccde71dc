using Tornadose.SignalR.FileLogs;

namespace Tornadose.SignalR;

/// <summary>When messages are forced from the operating system's memory to the disk. Whatever is chosen, a crash of the process alone loses nothing that was accepted.</summary>
public enum FileLogFlush
{
    /// <summary>Before a publish completes: what was accepted survives the loss of power. Publishes that wait at the same time share one flush.</summary>
    Always,

    /// <summary>Every <see cref="FileLogOptions.FlushInterval"/>: the loss of power takes what was accepted since.</summary>
    Interval,

    /// <summary>When the operating system does so by itself, usually within half a minute.</summary>
    Never,
}
