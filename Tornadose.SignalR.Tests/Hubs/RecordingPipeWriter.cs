using System.Buffers;
using System.IO.Pipelines;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>The server's output to a client: it records every write separately, and stalls or throws on request.</summary>
internal sealed class RecordingPipeWriter : PipeWriter
{
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly List<byte[]> _writes = [];
    private TaskCompletionSource<FlushResult>? _stall;

    public bool Throws { get; set; }

    /// <summary>
    /// Whether a stalled flush ignores its cancellation: then it stands for a wait for the client's acknowledgements, not for a flush.
    /// </summary>
    public bool WaitsForAcknowledgements { get; set; }

    /// <summary>The bytes of each flush.</summary>
    public IReadOnlyList<byte[]> Writes
    {
        get
        {
            lock (_lock)
                return [.. _writes];
        }
    }

    /// <summary>The next flush takes its bytes but does not complete: the client has stopped reading.</summary>
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
