using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.DirectSending;

/// <summary>
/// The output of a connection with a queue, a pipe that a loop sends to the socket. While the connection carries a stream, and the loop
/// has sent everything in the queue, the flush itself sends what fits a buffer. All else goes through the queue: ordinary responses,
/// larger writes, and what the socket does not take at once.
/// </summary>
/// <remarks>
/// <para>The order is the queue's. A flush bypasses it only when the queue is empty and the loop idle, and only this writer can change
/// that: a pipe has one writer at a time.</para>
/// <para>Back-pressure, cancellation, completion and failures are the queue's as well. What a send leaves over is put into the queue; up
/// to its limit, flushes complete at once, like those of the transport. If a send fails, the loop fails with the same bytes.</para>
/// <para>A buffer is returned by whoever takes it out of the field, so that it is returned once.</para>
/// </remarks>
/// <param name="socket">The connection's socket.</param>
/// <param name="queue">What the loop reads from.</param>
/// <param name="buffers">Where buffers are rented for the time from a write to its flush.</param>
internal sealed class DirectSendWriter(Socket socket, PipeWriter queue, ArrayPool<byte> buffers) : PipeWriter, IDirectSendFeature
{
    private const int BufferBytes = 4096;

    private byte[]? _buffer;
    private int _length;
    private int _streams;
    private long _queued;
    private long _sent;
    private volatile bool _isCancelled;
    private volatile bool _isOrdinary; // permanently: completed, or direct sends would block

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _length + queue.UnflushedBytes;

    /// <summary>Whether the next bytes may bypass the queue.</summary>
    private bool IsDirect =>
        Volatile.Read(ref _streams) > 0 && queue.UnflushedBytes == 0 && Volatile.Read(ref _sent) == _queued && !_isOrdinary;

    /// <summary>Makes the socket non-blocking: until the first stream, a synchronous send waits when there is no room.</summary>
    public void BeginStream()
    {
        try
        {
            socket.Blocking = false;
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            _isOrdinary = true; // otherwise a send could block
        }

        Interlocked.Increment(ref _streams);
    }

    public void EndStream() => Interlocked.Decrement(ref _streams);

    /// <summary>Called by the loop when it has sent bytes of the queue and will not touch the socket until there are more.</summary>
    public void Sent(long bytes) => Volatile.Write(ref _sent, _sent + bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) =>
        Reserve(sizeHint) is { } buffer ? buffer.AsMemory(_length) : queue.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) =>
        Reserve(sizeHint) is { } buffer ? buffer.AsSpan(_length) : queue.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        if (_buffer is not { } buffer)
        {
            queue.Advance(bytes);
            return;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(buffer.Length - _length), nameof(bytes));
        _length += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (Spill(sends: !_isCancelled && !cancellationToken.IsCancellationRequested))
            return new(default(FlushResult));
        _isCancelled = false;
        _queued += queue.UnflushedBytes;
        return queue.FlushAsync(cancellationToken);
    }

    public override void CancelPendingFlush()
    {
        _isCancelled = true; // otherwise only a later flush would see it, not the next one
        queue.CancelPendingFlush();
    }

    public override void Complete(Exception? exception = null)
    {
        _isOrdinary = true;
        // Not returned to the pool: somebody may still be writing into it although the connection has ended.
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            queue.Write(buffer.AsSpan(0, _length));
        queue.Complete(exception);
    }

    /// <summary>The buffer, if the next bytes go there; null if they go to the queue.</summary>
    private byte[]? Reserve(int sizeHint)
    {
        if (_buffer is not { } buffer)
            return sizeHint <= BufferBytes && IsDirect ? _buffer = buffers.Rent(BufferBytes) : null;
        if (buffer.Length - _length >= Math.Max(1, sizeHint))
            return buffer;
        Spill(sends: false);
        return null;
    }

    /// <summary>Empties the buffer: sends it, and puts into the queue what was not sent.</summary>
    /// <returns>Whether there were bytes, and all of them were sent.</returns>
    private bool Spill(bool sends)
    {
        if (Interlocked.Exchange(ref _buffer, null) is not { } buffer)
            return false;
        var bytes = buffer.AsSpan(0, _length);
        _length = 0;
        var rest = bytes[(sends ? Send(bytes) : 0)..];
        if (!rest.IsEmpty)
            queue.Write(rest);
        buffers.Return(buffer);
        return rest.IsEmpty && !bytes.IsEmpty;
    }

    /// <returns>How many bytes the socket has taken: some when it is full, none when it has failed.</returns>
    private int Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return socket.Send(bytes, SocketFlags.None, out _);
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }
}
