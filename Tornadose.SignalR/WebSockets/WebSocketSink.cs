using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.WebSockets;

/// <summary>A WebSocket: complete frames go straight to the connection, a whole batch in one write.</summary>
/// <param name="context">The request.</param>
/// <param name="socket">Reads, answers pings and closes.</param>
/// <param name="connection">The connection under the socket; null on servers that provide none, such as the in-memory test server.</param>
internal sealed class WebSocketSink(HttpContext context, WebSocket socket, SharedUpgradeStream? connection) : IFrameSink
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly SocketProgress _socket = SocketProgress.Of(context);
    private FrameBatch _batch;

    public long Progress => (connection?.Progress ?? 0) + _socket.Read();

    /// <summary>Sends nothing: the handshake tells the client that it is connected.</summary>
    public ValueTask StartAsync() => ValueTask.CompletedTask;

    public void Write(Frame frame) => _batch.Add(frame);

    public ValueTask<bool> FlushAsync()
    {
        if (!_batch.IsSingle || connection is null)
            return FlushBatchAsync();
        var write = connection.WriteAsync(_batch.First!.Bytes);
        _batch.Clear();
        return write.IsCompletedSuccessfully ? new(true) : AwaitAsync(write);
    }

    public void Abort() => context.Abort();

    public async ValueTask CloseAsync(SubscriberEnd end)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
            return;
        using var timeout = new CancellationTokenSource(CloseTimeout);
        // The client gets back the status that it closed with (RFC 6455 §5.5.1).
        var (code, reason) = socket.CloseStatus is { } echo ? ((int)echo, socket.CloseStatusDescription) : WebSocketCloseCodes.For(end);
        await socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, timeout.Token).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<bool> AwaitAsync(ValueTask write)
    {
        await write.ConfigureAwait(false);
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FlushBatchAsync()
    {
        if (connection is null)
            await SendEachAsync().ConfigureAwait(false);
        else
            await SendTogetherAsync(connection).ConfigureAwait(false);
        _batch.Clear();
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendTogetherAsync(SharedUpgradeStream stream)
    {
        // A frame that is larger than a batch is the last one. It is not copied: many readers may share it.
        var last = _batch[_batch.Count - 1].Bytes;
        var large = last.Length > Subscriber.BatchBytes ? last : default;
        var length = _batch.Length - large.Length;
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            _batch.CopyTo(bytes.AsMemory(0, length));
            await stream.WriteAsync(bytes.AsMemory(0, length), large).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private async ValueTask SendEachAsync()
    {
        for (var i = 0; i < _batch.Count; i++)
            await SendAsync(_batch[i]).ConfigureAwait(false);
    }

    private ValueTask SendAsync(Frame frame)
    {
        var payload = frame switch
        {
            WebSocketFrame whole => whole.Payload,
            WebSocketFrameStart start => start.Payload,
            _ => frame.Bytes,
        };
        return socket.SendAsync(
            payload, WebSocketMessageType.Text, endOfMessage: frame is not WebSocketFrameStart, context.RequestAborted);
    }
}
