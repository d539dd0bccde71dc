using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// An invocation in the bytes of one hub protocol, wrapped as SignalR takes it: rendered once for all connections of that protocol.
/// </summary>
internal sealed class HubFrame(string protocol, ReadOnlyMemory<byte> bytes, string? id) : Frame(bytes)
{
    /// <summary>The message's id, after which a client resumes; null for a message without one.</summary>
    public string? Id { get; } = id;

    public SerializedHubMessage Message { get; } = Wrap(protocol, bytes);

    public static SerializedHubMessage Wrap(string protocol, ReadOnlyMemory<byte> bytes) => new([new SerializedMessage(protocol, bytes)]);
}
