namespace Tornadose.SignalR.Endpoints;

/// <summary>What a <c>GET</c> on a store's URL can be answered with.</summary>
internal enum StreamFormat
{
    WebSocket,
    ServerSentEvents,
    JsonLines,
    Snapshot,
    None,
}
