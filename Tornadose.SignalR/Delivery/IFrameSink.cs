namespace Tornadose.SignalR.Delivery;

/// <summary>
/// One connection: frames to I/O. Made for one subscriber (<see cref="StreamFormat.CreateSink"/>). Calls do not overlap, except
/// <see cref="Progress"/> and <see cref="Abort"/>, which may be called at any time. Most transports need no more than
/// <see cref="ResponseSink"/> or a class derived from it.
/// </summary>
/// <remarks>
/// <para>The order of the calls: <see cref="StartAsync"/> once; then, any number of times, some <see cref="Write"/> and one
/// <see cref="FlushAsync"/>, whose task completes before the next call; then <see cref="CloseAsync"/> once, whatever happened.</para>
/// <para>Calls come on a thread that serves many subscribers of a store, so they must not block. If the connection cannot take more,
/// <see cref="FlushAsync"/> returns an incomplete task: then this subscriber waits, and no other. Nor may a sink keep or change a frame's
/// bytes, wait for another subscriber, or publish and wait for the result.</para>
/// <para>A sink only writes: the subscriber handles waiting, batching, timeouts, keep-alives, order and ends. An exception ends the
/// subscription: an <see cref="IOException"/>, an <see cref="OperationCanceledException"/>, an <see cref="ObjectDisposedException"/> or a
/// <see cref="System.Net.WebSockets.WebSocketException"/> means that the peer has disconnected; all else is logged as an error.</para>
/// </remarks>
public interface IFrameSink
{
    /// <summary>
    /// A number that changes whenever the peer has taken some bytes of a pending call, so that a slow connection is not mistaken for a
    /// peer that has stopped reading. Read about once a second while a call is pending, on another thread. A sink that cannot tell does
    /// not implement it; then a call must complete within <c>StoreOptions.SendTimeout</c>.
    /// </summary>
    long Progress => 0;

    /// <summary>Sends what comes before the first message, so that the client knows at once that it is connected.</summary>
    /// <returns>A task that completes when it was sent.</returns>
    ValueTask StartAsync();

    /// <summary>
    /// Adds a frame to the next flush. A batch has at most about 32 KiB; a frame larger than that is the last of its batch.
    /// </summary>
    /// <param name="frame">The frame, as the format's encoder rendered it.</param>
    void Write(Frame frame);

    /// <summary>Sends what was written.</summary>
    /// <returns>False if the peer has disconnected. Incomplete until the peer takes what was sent.</returns>
    ValueTask<bool> FlushAsync();

    /// <summary>
    /// Cuts the connection, so that a pending flush or close ends. May be called more than once, on any thread, and after the end.
    /// </summary>
    void Abort();

    /// <summary>
    /// Ends the connection as gracefully as the reason allows. Called once, as the last call, even if the peer has disconnected.
    /// </summary>
    /// <param name="end">Why.</param>
    /// <returns>A task that completes when the connection has ended.</returns>
    ValueTask CloseAsync(SubscriberEnd end);
}
