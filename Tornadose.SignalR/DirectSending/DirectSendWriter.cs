using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.DirectSending;

/// <summary>
/// The output of a connection that has a queue, a pipe that a loop sends to the socket. While there is a stream on the connection, and the
/// loop has sent all that the queue was given, what fits a buffer is sent by the flush itself. All else goes through the queue: ordinary
/// responses, what is larger, and what the socket does not take at once.
/// </summary>
/// <remarks>
/// <para>The order is the queue's. A flush sends past it only when the queue is empty and the loop idle, and nobody but this writer can
/// change that: a pipe has one writer at a time.</para>
/// <para>Back-pressure, cancellation, the end and failures are the queue's as well. What a send has left over is put into the queue, up to
/// whose limit flushes complete at once, as those of the transport; and where a send fails, the loop fails with the same bytes.</para>
/// <para>A buffer is returned by whoever takes it out of the field, so that it is returned once.</para>
/// </remarks>
/// <param name="socket">The connection's.</param>
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
    private volatile bool _isOrdinary; // for good: complete, or its sends would block

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _length + queue.UnflushedBytes;

    /// <summary>Whether the next bytes may be sent past the queue.</summary>
    private bool IsDirect =>
        Volatile.Read(ref _streams) > 0 && queue.UnflushedBytes == 0 && Volatile.Read(ref _sent) == _queued && !_isOrdinary;

    /// <summary>
    /// The first one makes the socket's own sends return when there is no room: so far it imitates a socket that waits.
    /// </summary>
    public void BeginStream()
    {
        try
        {
            socket.Blocking = false;
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            _isOrdinary = true; // or a send could block
        }

        Interlocked.Increment(ref _streams);
    }

    public void EndStream() => Interlocked.Decrement(ref _streams);

    /// <summary>Called by the loop when it has sent bytes of the queue, and does not touch the socket until there are more.</summary>
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
        _isCancelled = true; // or the next flush would not see it, but one after
        queue.CancelPendingFlush();
    }

    public override void Complete(Exception? exception = null)
    {
        _isOrdinary = true;
        // Not returned: it may be in the hands of somebody who goes on writing to a connection that has ended.
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            queue.Write(buffer.AsSpan(0, _length));
        queue.Complete(exception);
    }

    /// <summary>The buffer, when the next bytes go there; null when to the queue.</summary>
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
