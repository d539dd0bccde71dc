using System.Buffers;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.WebSockets;

/// <summary>A WebSocket: frames that are complete already go straight to the connection, a whole batch in one write.</summary>
/// <param name="context">The request.</param>
/// <param name="socket">Reads, answers pings and closes.</param>
/// <param name="connection">The connection under the socket; null on servers that have none to give, as the in-memory test server.</param>
internal sealed class WebSocketSink(HttpContext context, WebSocket socket, SharedUpgradeStream? connection) : IFrameSink
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private Frame? _single;
    private List<Frame>? _more;

    public long Progress => connection?.Progress ?? 0;

    /// <summary>The handshake is what the client sees first.</summary>
    public ValueTask StartAsync() => ValueTask.CompletedTask;

    public void Write(Frame frame)
    {
        if (_single is null)
            _single = frame;
        else
            (_more ??= []).Add(frame);
    }

    public ValueTask<bool> FlushAsync()
    {
        if (_more is not { Count: > 0 } && connection is not null && _single is { } frame)
        {
            _single = null;
            var write = connection.WriteAsync(frame.Bytes);
            return write.IsCompletedSuccessfully ? new(true) : AwaitAsync(write);
        }

        return FlushBatchAsync();
    }

    public void Abort() => context.Abort();

    public async ValueTask CloseAsync(SubscriberEnd end)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
            return;
        using var timeout = new CancellationTokenSource(CloseTimeout);
        // What the client closed with is what it gets back (RFC 6455 §5.5.1).
        var (code, reason) = socket.CloseStatus is { } echo ? ((int)echo, socket.CloseStatusDescription) : WebSocketCloseCodes.For(end);
        await socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, timeout.Token).ConfigureAwait(false);
    }

    private static async ValueTask<bool> AwaitAsync(ValueTask write)
    {
        await write.ConfigureAwait(false);
        return true;
    }

    private async ValueTask<bool> FlushBatchAsync()
    {
        if (_single is not { } first)
            return true;
        _single = null;
        if (connection is null)
            await SendEachAsync(first).ConfigureAwait(false);
        else
            await SendTogetherAsync(connection, first).ConfigureAwait(false);
        _more?.Clear();
        return true;
    }

    private async ValueTask SendTogetherAsync(SharedUpgradeStream stream, Frame first)
    {
        var length = first.Bytes.Length;
        foreach (var frame in _more!)
            length += frame.Bytes.Length;
        var batch = ArrayPool<byte>.Shared.Rent(length);
        first.Bytes.CopyTo(batch);
        var used = first.Bytes.Length;
        foreach (var frame in _more)
        {
            frame.Bytes.CopyTo(batch.AsMemory(used));
            used += frame.Bytes.Length;
        }

        await stream.WriteAsync(batch.AsMemory(0, used)).ConfigureAwait(false);
        ArrayPool<byte>.Shared.Return(batch);
    }

    private async ValueTask SendEachAsync(Frame first)
    {
        await SendAsync(first).ConfigureAwait(false);
        foreach (var frame in _more ?? [])
            await SendAsync(frame).ConfigureAwait(false);
    }

    private ValueTask SendAsync(Frame frame) =>
        socket.SendAsync(((WebSocketFrame)frame).Payload, WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
}
