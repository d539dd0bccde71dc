using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Tests.Messages;

/// <summary>Counts its wake-ups, and calls a callback at each.</summary>
internal sealed class RecordingWaiter(Action? onWake = null) : IAppendWaiter
{
    private readonly TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Completed after the first wake-up.</summary>
    public Task Woken => _woken.Task;

    public void Wake()
    {
        Interlocked.Increment(ref _count);
        onWake?.Invoke();
        _woken.TrySetResult();
    }
}
