namespace Tornadose.SignalR.Delivery;

/// <summary>
/// A connection that can send what is flushed on the thread that flushes it. It does so while there are streams on it: a stream's writes
/// are small, and go out one by one, where an ordinary response is better collected.
/// </summary>
internal interface IDirectSendFeature
{
    /// <summary>A stream begins.</summary>
    void BeginStream();

    /// <summary>A stream has ended. Once for each that began; the connection may be gone.</summary>
    void EndStream();
}
