using System.Buffers;
using System.IO.Pipelines;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>The server's way out to a client: it keeps every write apart, and can be told to stall or to throw.</summary>
internal sealed class RecordingPipeWriter : PipeWriter
{
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly List<byte[]> _writes = [];
    private TaskCompletionSource<FlushResult>? _stall;

    public bool Throws { get; set; }

    /// <summary>
    /// Whether a stalled flush goes on when it is told to end: then it is no flush, but a wait for the client's acknowledgements.
    /// </summary>
    public bool WaitsForAcknowledgements { get; set; }

    /// <summary>What was flushed, flush by flush.</summary>
    public IReadOnlyList<byte[]> Writes
    {
        get
        {
            lock (_lock)
                return [.. _writes];
        }
    }

    /// <summary>The next flush takes its bytes, and does not complete: the client has stopped to read.</summary>
    public void Stall() => _stall = new TaskCompletionSource<FlushResult>(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The client reads again.</summary>
    public void Release() => Interlocked.Exchange(ref _stall, null)?.TrySetResult(default);

    public override void Advance(int bytes) => _buffer.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _buffer.GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (Throws)
            throw new IOException("The client's end is broken.");
        lock (_lock)
            _writes.Add(_buffer.WrittenSpan.ToArray());
        _buffer.ResetWrittenCount();
        return _stall is { } stall ? new(stall.Task.WaitAsync(cancellationToken)) : default;
    }

    public override void CancelPendingFlush()
    {
        if (!WaitsForAcknowledgements)
            Release();
    }

    public override void Complete(Exception? exception = null) => Release();
}
