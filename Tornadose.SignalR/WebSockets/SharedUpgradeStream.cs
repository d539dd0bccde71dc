using System.Runtime.CompilerServices;

namespace Tornadose.SignalR.WebSockets;

/// <summary>
/// The connection under a WebSocket, shared by two writers: the framework's <see cref="System.Net.WebSockets.WebSocket"/>, which reads,
/// answers pings and closes, and the sink, which writes whole batches of frames that were rendered once for everybody. Writes never
/// interleave: each holds the lock until it has been flushed. Disposing of it, as the WebSocket does, leaves the connection open: it ends
/// with its request, and a close frame that is on its way still arrives.
/// </summary>
internal sealed class SharedUpgradeStream(Stream connection) : Stream
{
    private const int SliceBytes = 16 * 1024;

    private readonly SemaphoreSlim _writing = new(1, 1);
    private long _progress;
    private ClientFrames _inbound;
    private CancellationToken _aborted;
    private int _allowance = int.MaxValue;
    private byte? _held;
    private int _forbidden;

    /// <summary>Changes whenever the connection has taken a slice of a large write.</summary>
    public long Progress => Volatile.Read(ref _progress);

    /// <summary>Called for each ping and pong of the client, which the framework handles by itself without reporting them.</summary>
    public Func<bool> AdmitsPing { get; set; } = static () => true;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>An idle connection waits with an empty buffer, which costs nothing here.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty && !_inbound.IsBroken && _allowance > 0 ? connection.ReadAsync(buffer, cancellationToken)
            : ReadFramesAsync(buffer, cancellationToken);

    /// <summary>
    /// Reads until this number of bytes has come, and then nothing until the request is aborted: enough for a close frame that is on its
    /// way, and a bound for a client that does not stop.
    /// </summary>
    public void Allow(int bytes, CancellationToken aborted) => (_aborted, _allowance) = (aborted, Math.Min(_allowance, bytes));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_writing.Wait(0, CancellationToken.None))
            return WaitAndWriteAsync(buffer, cancellationToken);
        var write = BeginAsync(buffer, cancellationToken);
        if (!write.IsCompletedSuccessfully)
            return FinishAsync(write);
        _writing.Release();
        return ValueTask.CompletedTask;
    }

    /// <summary>Writes two pieces that nothing may come between.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second)
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            await BeginAsync(first, CancellationToken.None).ConfigureAwait(false);
            if (!second.IsEmpty)
                await BeginAsync(second, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Every write is sent at once: the server's stream flushes as it writes.</summary>
    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask<int> ReadFramesAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!_inbound.IsBroken)
        {
            if (_allowance <= 0)
                await Task.Delay(Timeout.InfiniteTimeSpan, _aborted).ConfigureAwait(false);
            var read = await connection.ReadAsync(buffer[(_held is null ? 0 : 1)..], cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return 0;
            if (_allowance != int.MaxValue)
                _allowance -= read;
            if (Pass(buffer.Span, read) is var count and > 0)
                return count;
        }

        return Forbid(buffer.Span);
    }

    /// <summary>Prepends the byte that was held back, and holds back the last one if the check requires it.</summary>
    private int Pass(Span<byte> buffer, int read)
    {
        if (_held is { } first)
        {
            buffer[0] = first;
            read++;
        }

        var before = _inbound.Pings;
        var passed = _inbound.Check(buffer[..read]);
        for (var admits = true; admits && before < _inbound.Pings; before++)
            admits = AdmitsPing();
        _held = passed < read ? buffer[passed] : null;
        return passed;
    }

    /// <summary>Returns the forbidden frame. Nothing more is read from a client that has violated the protocol.</summary>
    private int Forbid(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, ClientFrames.Forbidden.Length - _forbidden);
        ClientFrames.Forbidden.Slice(_forbidden, count).CopyTo(buffer);
        _forbidden += count;
        return count;
    }

    private async ValueTask WaitAndWriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        await FinishAsync(BeginAsync(buffer, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Begins a write under the lock. An exception is returned as a failed task, so that the caller releases the lock.</summary>
    private ValueTask BeginAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        if (buffer.Length > 2 * SliceBytes)
            return WriteSlicesAsync(buffer, cancellationToken);
        try
        {
            return connection.WriteAsync(buffer, cancellationToken);
        }
        catch (Exception failure)
        {
            return ValueTask.FromException(failure);
        }
    }

    private async ValueTask WriteSlicesAsync(ReadOnlyMemory<byte> rest, CancellationToken cancellationToken)
    {
        while (!rest.IsEmpty)
        {
            var slice = rest[..Math.Min(SliceBytes, rest.Length)];
            await connection.WriteAsync(slice, cancellationToken).ConfigureAwait(false);
            Interlocked.Increment(ref _progress);
            rest = rest[slice.Length..];
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishAsync(ValueTask write)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }
}
