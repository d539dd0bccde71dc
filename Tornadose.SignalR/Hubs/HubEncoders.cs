using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Hubs;

/// <summary>One encoder a hub protocol, so that connections that speak the same share their frames.</summary>
internal sealed class HubEncoders
{
    private readonly ConcurrentDictionary<string, FrameEncoder> _encoders = new(StringComparer.Ordinal) { [JsonHubEncoder.Protocol] = JsonHubEncoder.Instance };

    public FrameEncoder For(IHubProtocol protocol) => _encoders.GetOrAdd(protocol.Name, static (_, protocol) => new ProtocolHubEncoder(protocol), protocol);
}
