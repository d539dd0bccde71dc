using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.DirectSending;

/// <summary>
/// A connection whose output replaces the transport's: a pipe and a send loop, like the transport's own, and a writer that bypasses them
/// while the connection carries a stream (<see cref="DirectSendWriter"/>).
/// </summary>
/// <remarks>
/// The transport keeps its socket and its input. Its own output is only completed, after everything was sent, so that it closes the socket
/// as usual. If sending fails, the connection is aborted.
/// </remarks>
internal sealed class DirectSendConnection : PipeScheduler, IThreadPoolWorkItem, IDuplexPipe
{
    private readonly ConnectionContext _connection;
    private readonly IDuplexPipe _transport;
    private readonly Socket _socket;
    private readonly PipeReader _queue;
    private readonly DirectSendWriter _output;
    private Action<object?>? _continuation;
    private object? _state;

    private DirectSendConnection(ConnectionContext connection, Socket socket, long maxBufferedBytes, ArrayPool<byte> buffers)
    {
        (_connection, _transport, _socket) = (connection, connection.Transport, socket);
        var pipe = new Pipe(new PipeOptions(
            connection.Features.Get<IMemoryPoolFeature>()?.MemoryPool, readerScheduler: this, writerScheduler: ThreadPool,
            pauseWriterThreshold: maxBufferedBytes, resumeWriterThreshold: maxBufferedBytes / 2, useSynchronizationContext: false));
        _queue = pipe.Reader;
        _output = new DirectSendWriter(socket, pipe.Writer, buffers);
    }

    public PipeReader Input => _transport.Input;

    public PipeWriter Output => _output;

    /// <summary>Runs a connection with this output.</summary>
    /// <param name="connection">The connection as the transport created it.</param>
    /// <param name="socket">The connection's socket.</param>
    /// <param name="maxBufferedBytes">How many bytes may wait for the socket before a flush waits; 0 for no limit.</param>
    /// <param name="buffers">Where buffers are rented.</param>
    /// <param name="next">What reads requests and writes responses.</param>
    public static async Task RunAsync(
        ConnectionContext connection, Socket socket, long maxBufferedBytes, ArrayPool<byte> buffers, ConnectionDelegate next)
    {
        var direct = new DirectSendConnection(connection, socket, maxBufferedBytes, buffers);
        connection.Transport = direct;
        connection.Features.Set<IDirectSendFeature>(direct._output);
        var sending = direct.SendAsync();
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            // The transport closes the socket after this: by then everything must be sent, or the connection aborted.
            await direct.Output.CompleteAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(false);
            connection.Transport = direct._transport;
        }
    }

    /// <summary>
    /// Called by the queue when there is something for the loop. There is one loop, so there is one continuation at a time; this object is
    /// its work item, so scheduling allocates nothing.
    /// </summary>
    public override void Schedule(Action<object?> action, object? state)
    {
        (_continuation, _state) = (action, state);
        System.Threading.ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => _continuation!(_state);

    private async Task SendAsync()
    {
        try
        {
            for (var isCompleted = false; !isCompleted;)
            {
                var read = await _queue.ReadAsync().ConfigureAwait(false);
                var bytes = read.Buffer.Length;
                if (bytes > 0)
                    await SocketSend.SendAsync(_socket, read.Buffer).ConfigureAwait(false);
                _queue.AdvanceTo(read.Buffer.End);
                _output.Sent(bytes);
                isCompleted = read.IsCompleted;
            }
        }
        catch (Exception failure)
        {
            // Ends reading as well, as the transport does when it cannot send.
            _connection.Abort(new ConnectionAbortedException("Sending to the client failed.", failure));
        }

        await _queue.CompleteAsync().ConfigureAwait(false);
        await _transport.Output.CompleteAsync().ConfigureAwait(false);
    }
}
