namespace Tornadose.SignalR.Client;

/// <summary>A way to connect. It is asked for one connection after the other, each beginning where the last one stopped.</summary>
internal abstract class Wire
{
    /// <summary>Its name in metrics and logs, the same as the server's.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the first connection tells its position even when no message comes; otherwise it is asked for before.</summary>
    public virtual bool TellsPosition => false;

    /// <summary>Connects. Whatever it throws, the attempt has failed.</summary>
    public abstract Task<WireConnection> OpenAsync(FollowCursor cursor, Attempt attempt);
}

/// <summary>
/// A connection. One reader; it reads from the line when it is asked for a message, so that a slow reader costs no memory.
/// </summary>
internal abstract class WireConnection : IAsyncDisposable
{
    /// <summary>Whether the connection has ended from here, and is to be made anew at once.</summary>
    public virtual bool ResumesAtOnce => false;

    /// <summary>The next message.</summary>
    /// <returns>Null when the server has ended the connection in order.</returns>
    public abstract ValueTask<ReceivedMessage?> ReadAsync();

    public abstract ValueTask DisposeAsync();
}
