namespace Tornadose.SignalR.Delivery;

/// <summary>
/// One message's bytes in one wire format, shared by every subscriber that speaks it. An encoder and a sink that belong together may
/// derive a frame that carries more.
/// </summary>
/// <param name="bytes">The bytes. They are kept, not copied, for as long as the message is: do not change them, and hand over no more than
/// they are.</param>
public class Frame(ReadOnlyMemory<byte> bytes)
{
    /// <summary>The bytes. Other subscribers are sent the same, on other threads: not to be changed.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;
}

/// <summary>The beginning of a message whose rest is the next frame, for sinks to which that makes a difference.</summary>
/// <param name="bytes">The bytes.</param>
internal class FrameStart(ReadOnlyMemory<byte> bytes) : Frame(bytes);
