namespace Tornadose.SignalR.Delivery;

/// <summary>
/// One connection: frames to I/O. Made for one subscriber (<see cref="StreamFormat.CreateSink"/>), and used by one call at a time, but for
/// <see cref="Progress"/> and <see cref="Abort"/>, which may come at any moment. Most transports need no more than <see
/// cref="ResponseSink"/>, or a class derived from it.
/// </summary>
/// <remarks>
/// <para>The calls: <see cref="StartAsync"/> once; then, any number of times, some <see cref="Write"/> and one <see cref="FlushAsync"/>,
/// whose task has ended before the next call; then <see cref="CloseAsync"/> once, whatever happened.</para>
/// <para>Calls come on the thread that serves all subscribers of a store, so they must not block; a connection that cannot take more
/// returns an incomplete task from <see cref="FlushAsync"/>. Then this subscriber stands still, and nobody else does. What a sink must not
/// do besides: keep or change a frame's bytes, wait for another subscriber, or publish and wait for it.</para>
/// <para>Nothing is asked of the sink but to write: waiting, batching, time-outs, keep-alives, order and ends are the subscriber's. An
/// exception ends the subscription: an <see cref="IOException"/>, an <see cref="OperationCanceledException"/> or an <see
/// cref="ObjectDisposedException"/> as a peer that has gone, anything else as an error, which is logged.</para>
/// </remarks>
public interface IFrameSink
{
    /// <summary>
    /// A number that changes whenever the peer has taken some bytes of a flush that is under way, so that a thin line is not mistaken for
    /// a peer that has stopped reading. Asked about once a second while a flush is pending, on another thread. Sinks that cannot tell
    /// leave it alone: then a flush has <c>StoreOptions.SendTimeout</c> to end.
    /// </summary>
    long Progress => 0;

    /// <summary>Sends what comes before the first message, so that the client knows at once that it is connected.</summary>
    /// <returns>A task that ends when it was sent.</returns>
    ValueTask StartAsync();

    /// <summary>
    /// Adds a frame to what the next flush sends. A batch has at most some 32 KiB, or one frame that is larger, as its last.
    /// </summary>
    /// <param name="frame">The frame, as the format's encoder has made it.</param>
    void Write(Frame frame);

    /// <summary>Sends what was written.</summary>
    /// <returns>False when the peer has gone. Incomplete for as long as the peer does not take what was sent.</returns>
    ValueTask<bool> FlushAsync();

    /// <summary>
    /// Cuts the connection, so that a pending flush, or close, ends. May come more than once, from any thread, and after the end.
    /// </summary>
    void Abort();

    /// <summary>Ends the connection as politely as the reason allows. Called once, last; for a peer that has gone, too.</summary>
    /// <param name="end">Why.</param>
    /// <returns>A task that ends when the connection has ended.</returns>
    ValueTask CloseAsync(SubscriberEnd end);
}
