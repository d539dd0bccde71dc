namespace Tornadose.SignalR.Client;

/// <summary>A transport. It opens one connection after the other, each starting where the last one stopped.</summary>
internal abstract class Wire
{
    /// <summary>Its name in metrics and logs, the same as the server's.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the first connection tells its position even if no message comes; otherwise a poll asks for it first.</summary>
    public virtual bool TellsPosition => false;

    /// <summary>Connects. Any exception means that the attempt failed.</summary>
    public abstract Task<WireConnection> OpenAsync(FollowCursor cursor, Attempt attempt);
}

/// <summary>
/// A connection with one reader. It reads from the network when a message is requested, so a slow reader costs no memory.
/// </summary>
internal abstract class WireConnection : IAsyncDisposable
{
    /// <summary>Whether the client ended the connection itself and reconnects without waiting.</summary>
    public virtual bool ResumesAtOnce => false;

    /// <summary>The next message.</summary>
    /// <returns>Null when the server has closed the connection normally.</returns>
    public abstract ValueTask<ReceivedMessage?> ReadAsync();

    public abstract ValueTask DisposeAsync();
}
