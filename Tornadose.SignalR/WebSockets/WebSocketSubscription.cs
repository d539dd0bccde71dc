using System.Buffers;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.WebSockets;

/// <summary>
/// One WebSocket, read while it is written: otherwise a close, a ping or a vanished peer would be noticed with the next message, if ever.
/// </summary>
internal static class WebSocketSubscription
{
    public const string Transport = "websocket";

    private const int MaxInboundBytes = 4 * 1024;

    /// <summary>Fragments may be empty, so a limit in bytes does not limit their number.</summary>
    private const int MaxEmptyFragments = 64;

    /// <summary>Clients ping more often than they send messages, and a ping is cheap.</summary>
    private const int PingsPerMessage = 20;

    /// <summary>How many bytes are still read from a client that sends too much, so that its close frame can arrive among them.</summary>
    private const int LastBytes = 16 * 1024;

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    public static bool IsRaw(HttpContext context) =>
        context.WebSockets.WebSocketRequestedProtocols.Contains(WebSocketRawEncoder.Subprotocol);

    /// <param name="context">The request.</param>
    /// <param name="feeds">The stores.</param>
    /// <param name="access">The right to read them.</param>
    /// <param name="heartbeat">The silence after which the client gets a message without content; infinite for never.</param>
    /// <param name="interval">The shortest time between two batches that the client wants.</param>
    /// <param name="registry">The subscribers.</param>
    /// <param name="options">The limits.</param>
    public static async Task RunAsync(
        HttpContext context, SubscriberFeeds feeds, SubscriberAccess access, TimeSpan heartbeat, TimeSpan interval,
        SubscriberRegistry registry, TornadoseOptions options)
    {
        var isRaw = IsRaw(context);
        var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = isRaw ? WebSocketRawEncoder.Subprotocol : null,
            KeepAliveInterval = options.KeepAlive,
            KeepAliveTimeout = options.KeepAliveTimeout,
        });
        var connection = context.Features.Get<SharedUpgrade>()?.Stream;
        var sink = new WebSocketSink(context, socket, connection);
        FrameEncoder encoder = isRaw ? WebSocketRawEncoder.Instance : WebSocketJsonEncoder.Instance;
        var subscriber = new Subscriber(Transport, feeds, encoder, sink, registry)
        {
            Access = access,
            Direct = context.Features.Get<IDirectSendFeature>(),
            KeepAlive = heartbeat,
            Interval = interval,
        };
        var messages = registry.NewBucket(options.MaxInboundMessagesPerSecond);
        var pings = registry.NewBucket(PingsPerMessage * (double)options.MaxInboundMessagesPerSecond);
        if (connection is not null)
            connection.AdmitsPing = () => Admits(context, connection, subscriber, pings);
        var receiving = ReceiveAsync(context, socket, connection, subscriber, messages);
        await subscriber.RunAsync();
        await ExpectCloseAsync(context, receiving);
        // After a protocol error of the peer, the socket has sent a close frame and is aborted. Disposing of it now would reset the
        // connection and lose the frame that says what was wrong; all that is left to free is a timer that does not keep it alive.
        if (socket.State != WebSocketState.Aborted)
            socket.Dispose();
    }

    /// <summary>Called while the socket reads, so the bucket is never used concurrently.</summary>
    private static bool Admits(HttpContext context, SharedUpgradeStream connection, Subscriber subscriber, TokenBucket pings)
    {
        if (pings.TryTake(1))
            return true;
        subscriber.End(WebSocketCloseCodes.TooManyMessages);
        connection.Allow(LastBytes, context.RequestAborted);
        return false;
    }

    /// <summary>Reads until the peer closes or vanishes, and then ends the subscription. Messages of the peer are ignored.</summary>
    private static async Task ReceiveAsync(HttpContext context, WebSocket socket, SharedUpgradeStream? connection,
        Subscriber subscriber, TokenBucket messages)
    {
        var end = SubscriberEnd.ClientGone;
        try
        {
            while (end == SubscriberEnd.ClientGone)
            {
                // With an empty buffer this only waits: a silent connection holds no memory.
                var received = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None).ConfigureAwait(false);
                if (received.MessageType == WebSocketMessageType.Close)
                    break;
                if (received.MessageType == WebSocketMessageType.Binary)
                    end = WebSocketCloseCodes.BinaryRefused;
                else if (!messages.TryTake(1))
                    end = WebSocketCloseCodes.TooManyMessages;
                else if (!received.EndOfMessage)
                    end = await SkipAsync(socket).ConfigureAwait(false);
            }

            subscriber.End(end);
            if (end == WebSocketCloseCodes.TooManyMessages)
                connection?.Allow(LastBytes, context.RequestAborted);
            while (socket.State is WebSocketState.Open or WebSocketState.CloseSent)
                await SkipAsync(socket).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            subscriber.End(SubscriberEnd.ClientGone);
            if (failure is not WebSocketException { WebSocketErrorCode: not WebSocketError.ConnectionClosedPrematurely })
                context.Abort(); // also ends a write that waits for the vanished peer
        }
    }

    private static async ValueTask<SubscriberEnd> SkipAsync(WebSocket socket)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1024);
        try
        {
            for (int skipped = 0, empty = 0; empty < MaxEmptyFragments;)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).ConfigureAwait(false);
                skipped += received.Count;
                if (skipped > MaxInboundBytes)
                    return WebSocketCloseCodes.MessageTooBig;
                if (received.EndOfMessage)
                    return SubscriberEnd.ClientGone;
                if (received.Count == 0)
                    empty++;
            }

            return WebSocketCloseCodes.TooManyMessages;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Waits for the peer to answer our close frame with its own; if it does not, cuts the connection (RFC 6455 §7.1.1).
    /// </summary>
    private static async Task ExpectCloseAsync(HttpContext context, Task receiving)
    {
        await receiving.WaitAsync(CloseTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!receiving.IsCompleted)
            context.Abort();
        await receiving;
    }
}
