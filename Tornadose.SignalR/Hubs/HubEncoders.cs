using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Hubs;

/// <summary>One encoder for each hub protocol, so that connections with the same protocol share their frames.</summary>
internal sealed class HubEncoders
{
    private readonly ConcurrentDictionary<string, FrameEncoder> _invocations =
        new(StringComparer.Ordinal) { [JsonHubEncoder.Protocol] = JsonHubEncoder.Instance };
    private readonly ConcurrentDictionary<string, FrameEncoder> _items = new(StringComparer.Ordinal);

    /// <summary>
    /// For messages as invocations. Whatever serializer a protocol named «json» has, the bytes on the wire are the same.
    /// </summary>
    public FrameEncoder For(IHubProtocol protocol) =>
        _invocations.GetOrAdd(protocol.Name, static (_, protocol) => new ProtocolHubEncoder(protocol), protocol);

    /// <summary>For messages as items of a stream, which the protocol's own serializer writes.</summary>
    public FrameEncoder ForStream(IHubProtocol protocol) =>
        _items.GetOrAdd(protocol.Name, static (_, protocol) => new HubStreamEncoder(HubDataForm.Of(protocol)), protocol);
}
