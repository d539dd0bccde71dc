using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using Microsoft.Extensions.ObjectPool;

namespace Tornadose.SignalR.DirectSending;

/// <summary>
/// One send of all bytes of a sequence: all segments in one system call, if the system takes them at once. The objects are large, so they
/// are pooled, and connections rent one for each send.
/// </summary>
/// <remarks>
/// On every operating system the call is made on the calling thread and does not block it: if the socket's buffer has no room, an
/// asynchronous call completes later.
/// </remarks>
internal sealed class SocketSend : SocketAsyncEventArgs, IValueTaskSource, IResettable
{
    private static readonly ObjectPool<SocketSend> Pool = ObjectPool.Create<SocketSend>();

    private readonly List<ArraySegment<byte>> _segments = [];
    private ManualResetValueTaskSourceCore<bool> _completion;

    public SocketSend()
        : base(unsafeSuppressExecutionContextFlow: true)
    {
    }

    /// <summary>Sends the bytes, which must stay unchanged until the task completes.</summary>
    /// <exception cref="SocketException">The socket failed.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public static ValueTask SendAsync(Socket socket, in ReadOnlySequence<byte> bytes)
    {
        var send = Pool.Get();
        send.SetBytes(bytes);
        if (socket.SendAsync(send))
            return new ValueTask(send, send._completion.Version);
        return send.Release() is { } failure ? ValueTask.FromException(failure) : ValueTask.CompletedTask;
    }

    /// <summary>Prepares the object for another socket. One whose send has failed is discarded.</summary>
    bool IResettable.TryReset()
    {
        if (SocketError != SocketError.Success)
            return false;
        if (_segments.Count == 0)
        {
            SetBuffer(default);
            return true;
        }

        BufferList = null;
        _segments.Clear();
        return true;
    }

    void IValueTaskSource.GetResult(short token)
    {
        _completion.GetResult(token);
        _completion.Reset();
        if (Release() is { } failure)
            throw failure;
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    protected override void OnCompleted(SocketAsyncEventArgs e) => _completion.SetResult(true);

    private void SetBytes(in ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsSingleSegment)
        {
            SetBuffer(MemoryMarshal.AsMemory(bytes.First));
            return;
        }

        foreach (var segment in bytes)
        {
            MemoryMarshal.TryGetArray(segment, out var array);
            _segments.Add(array);
        }

        BufferList = _segments;
    }

    private SocketException? Release()
    {
        var failure = SocketError == SocketError.Success ? null : new SocketException((int)SocketError);
        Pool.Return(this);
        return failure;
    }
}
