namespace Tornadose.SignalR.Tests.Specifications.Transports;

/// <summary>The client's side of one transport, on bare sockets: it reads what it is told to read, and stalls otherwise.</summary>
public abstract class Transport
{
    public static IReadOnlyList<Transport> All { get; } =
        [
            new ServerSentEventsTransport(), new WebSocketTransport(), new JsonLinesTransport(), new HubGroupTransport(),
            new HubWatchTransport()];

    /// <summary>The name that the server's metrics have for it.</summary>
    public abstract string Name { get; }

    /// <summary>Whether each answer ends the subscription, so that the client resumes again and again.</summary>
    public virtual bool AsksAgain => false;

    /// <summary>Whether it has words for the end of a store, or ends without.</summary>
    public virtual bool AnnouncesEnds => true;

    /// <summary>Whether the end of a store ends the connection.</summary>
    public virtual bool EndsWithStore => true;

    /// <summary>The status of an answer that refuses a client which may come back; 0 for an error of a hub method.</summary>
    public virtual int RefusedWith => 503;

    /// <summary>Opens a subscription. When this completes, what is published from now on will come.</summary>
    /// <param name="server">Where the server listens.</param>
    /// <param name="request">What the client asks for.</param>
    /// <exception cref="RefusedException">The server does not take it.</exception>
    public abstract Task<TransportReader> OpenAsync(Uri server, StoreRequest request);

    public override string ToString() => Name;
}
