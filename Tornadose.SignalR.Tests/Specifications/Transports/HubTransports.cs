using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications.Transports;

/// <summary>SignalR: the hub's group of the store.</summary>
public class HubGroupTransport : Transport
{
    private protected virtual RawHubProtocol Protocol => new();

    public override string Name => "signalr";

    public override int RefusedWith => 0;

    public override bool EndsWithStore => false;

    public override async Task<TransportReader> OpenAsync(Uri server, StoreRequest request)
    {
        var reader = new HubReader(
            await RawHub.OpenAsync(new Uri(server, request.HubPath), request.ReceiveBuffer, Protocol), request.Store);
        await reader.SubscribeAsync(request.After);
        return reader;
    }
}

/// <summary>SignalR: the hub's stream of the store.</summary>
public class HubWatchTransport : Transport
{
    private protected virtual RawHubProtocol Protocol => new();

    public override string Name => "signalr-stream";

    public override int RefusedWith => 0;

    public override async Task<TransportReader> OpenAsync(Uri server, StoreRequest request)
    {
        var reader = new HubReader(
            await RawHub.OpenAsync(new Uri(server, request.HubPath), request.ReceiveBuffer, Protocol), request.Store);
        await reader.WatchAsync(request.After);
        return reader;
    }
}
