namespace Tornadose.SignalR.Delivery;

/// <summary>
/// One connection: frames to I/O. Used by one subscriber, one call at a time, but for <see cref="Abort"/>, which may come at any moment.
/// </summary>
/// <remarks>
/// Calls come on the thread that wakes all subscribers of a store, so they must not block; a connection that cannot take more
/// returns an incomplete task from <see cref="FlushAsync"/>. Nothing is asked of the sink but to write: waiting, batching,
/// time-outs, keep-alives, order and ends are the subscriber's.
/// </remarks>
internal interface IFrameSink
{
    /// <summary>
    /// A number that changes whenever the peer has taken some bytes of a flush that is under way, so that a thin line is not mistaken for a peer that has stopped reading. Asked about once a second while a
    /// flush is pending. Sinks that cannot tell leave it alone.
    /// </summary>
    long Progress => 0;

    /// <summary>Sends what comes before the first message, so that the client knows at once that it is connected.</summary>
    /// <returns>A task that ends when it was sent.</returns>
    ValueTask StartAsync();

    /// <summary>Adds a frame to what the next flush sends.</summary>
    /// <param name="frame">The frame.</param>
    void Write(Frame frame);

    /// <summary>Sends what was written.</summary>
    /// <returns>False when the peer has gone. Incomplete for as long as the peer does not take what was sent.</returns>
    ValueTask<bool> FlushAsync();

    /// <summary>Cuts the connection, so that a pending flush ends.</summary>
    void Abort();

    /// <summary>Ends the connection as politely as the reason allows. Called once, last.</summary>
    /// <param name="end">Why.</param>
    /// <returns>A task that ends when the connection has ended.</returns>
    ValueTask CloseAsync(SubscriberEnd end);
}
