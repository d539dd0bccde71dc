using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Messages;

/// <summary>
/// One partition of an <see cref="AppendSignal"/>: a list of waiting readers and the work item that runs them one after the other.
/// </summary>
/// <remarks>
/// <para>A run shares the thread pool with other work: after a few readers it queues again, behind the others. So what these readers have
/// written goes out to the network while it is still in the processor's cache, and its buffers can be reused for the next readers; the
/// publisher, and the readers of other stores, wait for one turn, not for ten thousand readers.</para>
/// <para>At most one run is under way. Appends meanwhile do not start another: at its end the run checks whether the log has moved on, and
/// readers that re-registered in between then find a whole backlog, which they write with one flush. That is why delivery gets cheaper
/// under load.</para>
/// <para>With thousands of readers, none is in any cache when it is woken. While one runs, the next few are prefetched step by step,
/// because each object must be loaded before it tells where the next ones are.</para>
/// </remarks>
internal sealed class AppendPump(MessageLog log) : IThreadPoolWorkItem
{
    /// <summary>
    /// How many readers are run in one turn. Measured, see benchmarks/NOTES.md: with more, what they write piles up; with fewer,
    /// publishers run ahead of readers and every message comes later.
    /// </summary>
    private const int TurnLength = 32;

    /// <summary>How many bytes of a waiter are read when it is woken: those of a subscriber.</summary>
    private const int WaiterBytes = 192;

    private readonly Lock _gate = new();
    private AppendRegistration?[] _waiting = new AppendRegistration?[4];
    private AppendRegistration?[] _running = new AppendRegistration?[4];
    private int _count;
    private int _scheduled;
    private int _taken;
    private int _next;
    private long _seen;
    private long _turns;

    /// <summary>Whether a run is due or under way.</summary>
    public bool IsBusy => Volatile.Read(ref _scheduled) != 0;

    /// <summary>How many turns have ended. A pump that is busy and ends none for seconds is held up by one of its readers.</summary>
    public long Turns => Volatile.Read(ref _turns);

    public void Set()
    {
        if (Volatile.Read(ref _count) != 0)
            Schedule();
    }

    public bool Register(AppendRegistration registration, long next)
    {
        lock (_gate)
        {
            if (registration.Index == AppendRegistration.NotWaiting)
                Add(registration);
        }

        Interlocked.MemoryBarrier();
        return log.LastSequence < next && !log.IsCompleted;
    }

    public void Remove(AppendRegistration registration)
    {
        lock (_gate)
        {
            var index = registration.Index;
            if (index == AppendRegistration.NotWaiting)
                return;
            registration.Index = AppendRegistration.NotWaiting;
            var last = _waiting[--_count]!;
            _waiting[_count] = null;
            if (ReferenceEquals(last, registration))
                return;
            _waiting[index] = last;
            last.Index = index;
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_next == _taken)
            TakeAll();
        for (var end = Math.Min(_taken, _next + TurnLength); _next < end;)
        {
            if (Prefetch.IsSupported)
                PrefetchNext(_running.AsSpan(_next, _taken - _next));
            var registration = _running[_next]!;
            _running[_next++] = null;
            registration.Waiter.Wake();
        }

        Volatile.Write(ref _turns, _turns + 1);
        if (_next < _taken)
            Queue();
        else
            EndRun();
    }

    /// <summary>The nearer a reader, the more of it is prefetched. Measured, see benchmarks/NOTES.md.</summary>
    private static void PrefetchNext(ReadOnlySpan<AppendRegistration?> readers)
    {
        if (readers.Length > 6)
            Prefetch.Object(readers[6]!);
        if (readers.Length > 4)
            Prefetch.Object(readers[4]!.Waiter, WaiterBytes);
        if (readers.Length > 3)
            readers[3]!.Waiter.PrefetchParts();
        if (readers.Length > 2)
            readers[2]!.Waiter.PrefetchPartsOfParts();
    }

    private void EndRun()
    {
        var seen = _seen;
        Volatile.Write(ref _scheduled, 0);
        Interlocked.MemoryBarrier();
        if (log.LastSequence > seen || log.IsCompleted)
            Set();
    }

    private void Add(AppendRegistration registration)
    {
        if (_count == _waiting.Length)
            Array.Resize(ref _waiting, _count * 2);
        registration.Index = _count;
        _waiting[_count] = registration;
        _count++;
    }

    private void TakeAll()
    {
        _seen = log.LastSequence;
        _next = 0;
        lock (_gate)
        {
            (_waiting, _running) = (_running, _waiting);
            _taken = _count;
            _count = 0;
            for (var i = 0; i < _taken; i++)
                _running[i]!.Index = AppendRegistration.NotWaiting;
        }
    }

    private void Schedule()
    {
        if (Interlocked.CompareExchange(ref _scheduled, 1, 0) == 0)
            Queue();
    }

    private void Queue() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
}
