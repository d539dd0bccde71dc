using Tornadose.SignalR.Tests.Specifications;
using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>SignalR with MessagePack: the hub's group of the store.</summary>
public sealed class MessagePackGroupTransport : HubGroupTransport
{
    private protected override RawHubProtocol Protocol => new RawMessagePack();
}

/// <summary>SignalR with MessagePack: the hub's stream of the store.</summary>
public sealed class MessagePackWatchTransport : HubWatchTransport
{
    private protected override RawHubProtocol Protocol => new RawMessagePack();
}

[Case("SR-14")]
public sealed class MessagePackGroupSpecification(SpecificationHost host) : StreamSpecification<MessagePackGroupTransport>(host);

[Case("SR-14")]
public sealed class MessagePackWatchSpecification(SpecificationHost host) : StreamSpecification<MessagePackWatchTransport>(host);
