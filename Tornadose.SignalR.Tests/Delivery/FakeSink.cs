using System.Text;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Tests.Delivery;

/// <summary>A connection that records what it gets, and stalls, breaks or throws on request.</summary>
internal sealed class FakeSink : IFrameSink
{
    private readonly Lock _lock = new();
    private readonly List<string> _pending = [];
    private readonly List<string[]> _flushes = [];
    private TaskCompletionSource<bool>? _stalled;
    private TaskCompletionSource<bool>? _flushing;
    private int _aborts;

    public Func<ValueTask> OnStart { get; set; } = () => ValueTask.CompletedTask;

    public Action<Frame> OnWrite { get; set; } = _ => { };

    public Action OnFlush { get; set; } = () => { };

    public Action OnAbort { get; set; } = () => { };

    public Func<SubscriberEnd, ValueTask> OnClose { get; set; } = _ => ValueTask.CompletedTask;

    public Func<long> ReadProgress { get; set; } = static () => 0;

    public long Progress { get; set; }

    long IFrameSink.Progress => Progress + ReadProgress();

    /// <summary>What each flush sent.</summary>
    public string[][] Flushes
    {
        get
        {
            lock (_lock)
                return [.. _flushes];
        }
    }

    /// <summary>All that was sent, in one line.</summary>
    public string Sent => string.Join(' ', Flushes.SelectMany(flush => flush));

    public SubscriberEnd? Closed { get; private set; }

    public int Aborts => Volatile.Read(ref _aborts);

    public bool IsStalled => Volatile.Read(ref _stalled) is { Task.IsCompleted: false } stalled && _flushing == stalled;

    /// <summary>Makes the peer stop reading until it is released or aborted.</summary>
    public void Stall() =>
        Volatile.Write(ref _stalled, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));

    public void Release(bool connected = true) => Interlocked.Exchange(ref _stalled, null)!.SetResult(connected);

    public ValueTask StartAsync() => OnStart();

    public void Write(Frame frame)
    {
        OnWrite(frame);
        lock (_lock)
            _pending.Add(Encoding.UTF8.GetString(frame.Bytes.Span));
    }

    public ValueTask<bool> FlushAsync()
    {
        lock (_lock)
        {
            _flushes.Add([.. _pending]);
            _pending.Clear();
        }

        OnFlush();
        _flushing = Volatile.Read(ref _stalled);
        return _flushing is { } stalled ? new(stalled.Task) : new(true);
    }

    public void Abort()
    {
        Interlocked.Increment(ref _aborts);
        OnAbort();
        Volatile.Read(ref _stalled)?.TrySetException(new IOException("aborted"));
    }

    public ValueTask CloseAsync(SubscriberEnd end)
    {
        Closed = end;
        return OnClose(end);
    }
}
