namespace Tornadose.SignalR.Tests.Specifications.Transports;

/// <summary>The client's side of one transport, on bare sockets: it reads only on request, and stalls otherwise.</summary>
public abstract class Transport
{
    public static IReadOnlyList<Transport> All { get; } =
        [
            new ServerSentEventsTransport(), new WebSocketTransport(), new JsonLinesTransport(), new HubGroupTransport(),
            new HubWatchTransport()];

    /// <summary>The transport's name in the server's metrics.</summary>
    public abstract string Name { get; }

    /// <summary>Whether each answer ends the subscription, so that the client resumes again and again.</summary>
    public virtual bool AsksAgain => false;

    /// <summary>Whether it announces the end of a store, or just ends.</summary>
    public virtual bool AnnouncesEnds => true;

    /// <summary>Whether the end of a store ends the connection.</summary>
    public virtual bool EndsWithStore => true;

    /// <summary>The status that refuses a client which may retry; 0 for an error of a hub method.</summary>
    public virtual int RefusedWith => 503;

    /// <summary>Opens a subscription. Messages that are published after this has completed will arrive.</summary>
    /// <param name="server">Where the server listens.</param>
    /// <param name="request">The client's request.</param>
    /// <exception cref="RefusedException">The server refuses the client.</exception>
    public abstract Task<TransportReader> OpenAsync(Uri server, StoreRequest request);

    public override string ToString() => Name;
}
