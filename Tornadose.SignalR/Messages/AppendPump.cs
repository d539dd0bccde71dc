namespace Tornadose.SignalR.Messages;

/// <summary>
/// One partition of an <see cref="AppendSignal"/>: a list of waiting readers and the work item that runs them one after the other.
/// </summary>
/// <remarks>
/// At most one run is under way. Appends that happen meanwhile do not start another: the run ends by looking whether the log has
/// moved on, and readers that re-registered in between then find a whole backlog, which they write with one flush. That is why
/// delivery gets cheaper under load.
/// </remarks>
internal sealed class AppendPump(MessageLog log) : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private AppendRegistration?[] _waiting = new AppendRegistration?[4];
    private AppendRegistration?[] _running = new AppendRegistration?[4];
    private int _count;
    private int _scheduled;
    private long _runs;

    /// <summary>Whether a run is due or under way.</summary>
    public bool IsBusy => Volatile.Read(ref _scheduled) != 0;

    /// <summary>How many runs have ended. A pump that is busy and ends none for seconds is held up by one of its readers.</summary>
    public long Runs => Volatile.Read(ref _runs);

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
        var seen = log.LastSequence;
        var count = TakeAll();
        for (var i = 0; i < count; i++)
        {
            var registration = _running[i]!;
            _running[i] = null;
            registration.Waiter.Wake();
        }

        Volatile.Write(ref _runs, _runs + 1);
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

    private int TakeAll()
    {
        lock (_gate)
        {
            (_waiting, _running) = (_running, _waiting);
            var count = _count;
            _count = 0;
            for (var i = 0; i < count; i++)
                _running[i]!.Index = AppendRegistration.NotWaiting;
            return count;
        }
    }

    private void Schedule()
    {
        if (Interlocked.CompareExchange(ref _scheduled, 1, 0) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
