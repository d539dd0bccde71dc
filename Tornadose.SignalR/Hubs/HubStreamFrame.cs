using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// A message as an item of a hub stream, which SignalR serializes. The bytes are those of the payload, for the size of batches.
/// </summary>
internal sealed class HubStreamFrame(StoreStreamItem item, ReadOnlyMemory<byte> data) : Frame(data)
{
    public StoreStreamItem Item { get; } = item;
}
