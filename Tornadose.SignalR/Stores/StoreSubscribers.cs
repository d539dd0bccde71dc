using System.Globalization;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Stores;

/// <summary>Counts the readers of a store. It needs no timer unless somebody waits for the grace period to end.</summary>
/// <param name="store">The store's name.</param>
/// <param name="grace">How long the store counts as read after the last reader has left.</param>
/// <param name="time">The clock.</param>
/// <param name="nodes">Asks the other nodes; null if there are none.</param>
internal sealed class StoreSubscribers(string store, Func<TimeSpan> grace, TimeProvider time, INodeQuestions? nodes) : IStoreSubscribers
{
    /// <summary>The subject of a question to other nodes: the question is the store's name, the answer a number.</summary>
    public const string Subject = "subscribers";

    private readonly Lock _gate = new();
    private TaskCompletionSource? _changed;
    private int _count;
    private long? _leftAt;

    public int Count => Volatile.Read(ref _count);

    public bool Any
    {
        get
        {
            lock (_gate)
                return Rest() != TimeSpan.Zero;
        }
    }

    public void Enter()
    {
        lock (_gate)
            if (_count++ == 0)
                Change();
    }

    public void Exit()
    {
        lock (_gate)
        {
            if (--_count > 0)
                return;
            _leftAt = time.GetTimestamp();
            Change();
        }
    }

    public async Task WaitAsync(bool any, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task changed;
            TimeSpan rest;
            lock (_gate)
            {
                rest = Rest();
                if (any == (rest != TimeSpan.Zero))
                    return;
                _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                changed = _changed.Task;
            }

            var patience = rest == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : rest;
            await changed.WaitAsync(patience, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask<int> CountEverywhereAsync(CancellationToken cancellationToken = default)
    {
        if (nodes is null)
            return Count;
        var answers = await nodes.CollectAsync(Subject, store, cancellationToken).ConfigureAwait(false);
        return Count + answers.Sum(static answer =>
            int.TryParse(answer, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0);
    }

    /// <summary>How long it still counts as read: infinite while it has readers, zero once it no longer counts.</summary>
    private TimeSpan Rest()
    {
        if (_count > 0)
            return Timeout.InfiniteTimeSpan;
        if (_leftAt is not { } left)
            return TimeSpan.Zero;
        var rest = grace() - time.GetElapsedTime(left);
        return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }

    private void Change()
    {
        _changed?.SetResult();
        _changed = null;
    }
}
