namespace Tornadose.SignalR.Delivery;

/// <summary>One message's bytes in one wire format, shared by every subscriber that speaks it. Not to be changed.</summary>
/// <param name="bytes">The bytes.</param>
internal class Frame(ReadOnlyMemory<byte> bytes)
{
    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;
}
