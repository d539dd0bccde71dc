namespace Tornadose.SignalR.Delivery;

/// <summary>
/// A connection that can send on the thread that flushes. It does so only while it carries streams: their writes are small and go out one
/// by one, while those of an ordinary response are better collected.
/// </summary>
internal interface IDirectSendFeature
{
    /// <summary>A stream begins.</summary>
    void BeginStream();

    /// <summary>A stream has ended. Called once for each that began; the connection may be closed already.</summary>
    void EndStream();
}
