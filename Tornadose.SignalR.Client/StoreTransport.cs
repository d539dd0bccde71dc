namespace Tornadose.SignalR;

/// <summary>By what a client follows stores. Ids are the same on all of them.</summary>
public enum StoreTransport
{
    /// <summary>Server-Sent Events: a response that stays open. Passes every proxy that does not hold responses back.</summary>
    ServerSentEvents,

    /// <summary>A WebSocket.</summary>
    WebSocket,

    /// <summary>One request after the other, each answered when there is something: where streams do not get through.</summary>
    LongPolling,

    /// <summary>The application's own SignalR connection, <see cref="TornadoseClientOptions.HubConnection"/>.</summary>
    SignalR,
}
