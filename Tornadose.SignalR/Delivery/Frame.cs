namespace Tornadose.SignalR.Delivery;

/// <summary>
/// One message's bytes in one wire format, shared by all subscribers that use it. An encoder and its sink may derive a class
/// that carries more.
/// </summary>
/// <param name="bytes">The bytes. They are kept, not copied, for as long as the message: do not change them, and do not pass a small part
/// of a large array.</param>
public class Frame(ReadOnlyMemory<byte> bytes)
{
    /// <summary>The bytes. Shared with other subscribers, on other threads: do not change them.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;
}

/// <summary>The beginning of a message whose rest is the next frame, for sinks that treat the two differently.</summary>
/// <param name="bytes">The bytes.</param>
internal class FrameStart(ReadOnlyMemory<byte> bytes) : Frame(bytes);
