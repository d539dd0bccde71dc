namespace Tornadose.SignalR;

/// <summary>How a client follows stores. Ids are the same on all transports.</summary>
public enum StoreTransport
{
    /// <summary>Server-Sent Events: a response that stays open. Works through every proxy that does not buffer responses.</summary>
    ServerSentEvents,

    /// <summary>A WebSocket.</summary>
    WebSocket,

    /// <summary>One request after the other, each answered when there is a message: for networks that block streams.</summary>
    LongPolling,

    /// <summary>The application's own SignalR connection, <see cref="TornadoseClientOptions.HubConnection"/>.</summary>
    SignalR,
}
