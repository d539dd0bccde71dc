namespace Tornadose.SignalR.Endpoints;

/// <summary>What a <c>GET</c> on a store's URL can be answered with, besides a WebSocket.</summary>
internal enum StreamFormat
{
    ServerSentEvents,
    JsonLines,
    Snapshot,
    None,
}
