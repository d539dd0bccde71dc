using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// The loop that follows a store. It subscribes first and then reads, so that nothing is missed in between. Then it handles one event
/// after the other: a payload from the bus, a position read from Redis, a reader that needs the current state of Redis.
/// </summary>
/// <remarks>
/// The loop is the lock: it awaits each read in place, and nothing else writes to the copy meanwhile. Events that arrive meanwhile wait in
/// a <see cref="FollowQueue"/>; when that is full, they are dropped and the log is read instead. After any failure the loop pauses, longer
/// each time, and starts again with a read; callers that wait for a read continue with what the copy has.
/// </remarks>
internal sealed class FollowLoop : IAsyncDisposable
{
    /// <summary>Before the second attempt; each further pause is twice as long, up to <see cref="MaxPause"/>.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FollowQueue _queue;
    private readonly string _store;
    private readonly RedisKeys _keys;
    private readonly LogReplica _replica;
    private readonly LogReader _reader;
    private readonly RedisNode _node;
    private TaskCompletionSource? _waiting;
    private BusSubscription? _subscription;
    private string? _announcing;
    private Type? _reported;
    private volatile bool _unsettled = true;
    private volatile bool _behind = true;
    private volatile bool _heard;
    private int _starved;
    private bool _stopped;

    /// <param name="store">The store's name.</param>
    /// <param name="keys">Its keys.</param>
    /// <param name="replica">The copy.</param>
    /// <param name="reader">Reads the log.</param>
    /// <param name="node">What all stores share.</param>
    /// <param name="previous">The end of the previous loop, which has written to the same copy.</param>
    public FollowLoop(string store, RedisKeys keys, LogReplica replica, LogReader reader, RedisNode node, Task previous)
    {
        (_store, _keys, _replica, _reader, _node) = (store, keys, replica, reader, node);
        _queue = new FollowQueue(replica.Log);
        Ended = RunAsync(previous);
    }

    /// <summary>Completes after the first attempt to read the log, whether or not it succeeded.</summary>
    public Task Tried => _tried.Task;

    /// <summary>Completes when the loop no longer writes to the copy.</summary>
    public Task Ended { get; }

    /// <summary>
    /// Brings the copy to the state of Redis at the time of the call. All callers that arrive before the read begins share it.
    /// </summary>
    public Task SyncAsync()
    {
        Task waiting;
        lock (_gate)
        {
            if (_stopped)
                return Task.CompletedTask;
            if (_waiting is not null)
                return _waiting.Task;
            _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting = _waiting.Task;
        }

        if (!_queue.TryAdd(FollowEvent.Sync))
            _behind = true; // the queue is full: the loop checks this after its next event
        return waiting;
    }

    /// <summary>Queues a comparison of the copy with a position read from Redis.</summary>
    /// <param name="top">The position in Redis.</param>
    /// <param name="asked">The copy's position when Redis was asked.</param>
    public void Check(MessagePosition? top, MessagePosition asked) =>
        _queue.TryAdd(FollowEvent.Check(top, asked));

    /// <summary>Has the loop check its subscription and read the log: announcements may have been missed.</summary>
    public void Unsettle()
    {
        _unsettled = true;
        _behind = true;
        _queue.TryAdd(FollowEvent.Sync);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await Ended.ConfigureAwait(false);
    }

    private async Task RunAsync(Task previous)
    {
        await Task.Yield();
        await previous.ConfigureAwait(false);
        for (var pause = FirstPause; !_ended.IsCancellationRequested; pause = 2 * pause < MaxPause ? 2 * pause : MaxPause)
        {
            if (await FollowAsync().ConfigureAwait(false))
                pause = FirstPause;
            _behind = true;
            _tried.TrySetResult();
            TakeWaiting()?.SetResult();
            await Task.Delay(pause, _node.Time, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        lock (_gate)
            _stopped = true;
        _tried.TrySetResult(); // also if the loop ended before its first attempt
        TakeWaiting()?.SetResult();
        await UnsubscribeAsync().ConfigureAwait(false);
    }

    /// <summary>Follows until something fails.</summary>
    /// <returns>Whether the log could be read before.</returns>
    private async Task<bool> FollowAsync()
    {
        var succeeded = false;
        try
        {
            while (true)
            {
                if (_unsettled || !IsListening)
                    await ListenAsync().ConfigureAwait(false);
                if (_behind)
                    await CatchUpAsync().ConfigureAwait(false);
                succeeded = true;
                await TakeAsync(await _queue.TakeAsync(_ended.Token).ConfigureAwait(false)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
        }
        catch (Exception failure)
        {
            Report(failure, succeeded);
        }

        return succeeded;
    }

    /// <summary>Whether it listens on the connection in use, to the channels that messages are announced on.</summary>
    private bool IsListening =>
        _subscription is { } present && _node.Bus.IsCurrent(present) && _announcing == _node.Connection.Announcing;

    private Task TakeAsync(FollowEvent next) => next.Kind switch
    {
        FollowEventKind.Message => _replica.TakeAsync(next.Payload, _ended.Token),
        FollowEventKind.Check => CheckAsync(next),
        _ => CatchUpAsync(),
    };

    /// <summary>
    /// Reads all that the copy lacks. If only a reader asked for it, the messages may still be on their way and do not count as missed.
    /// </summary>
    private async Task CatchUpAsync()
    {
        var isMissed = _behind;
        _behind = false;
        _queue.DropIfOverflowed();
        var waiting = TakeWaiting();
        try
        {
            await _replica.ReadAsync(long.MaxValue, isMissed, _ended.Token).ConfigureAwait(false);
            _reported = null;
        }
        finally
        {
            _tried.TrySetResult();
            waiting?.SetResult();
        }
    }

    private Task CheckAsync(FollowEvent check)
    {
        if (!_replica.IsBehind(check.Top, check.Asked))
            return Task.CompletedTask;
        _node.Logger.BusMissedMessages(_store);
        _node.Metrics.Missed();
        _starved = _heard ? 0 : _starved + 1;
        _heard = false;
        _behind = true;
        if (_starved < 2)
            return CatchUpAsync();
        _starved = 0;
        return UnsubscribeAsync(); // it receives nothing: the loop subscribes again, and reads
    }

    private async Task ListenAsync()
    {
        var announcing = await _node.Connection.AnnouncingAsync(_ended.Token).ConfigureAwait(false);
        if (!IsListening)
        {
            await UnsubscribeAsync().ConfigureAwait(false);
            _behind = true;
            _announcing = announcing;
            _subscription = await _node.Bus.SubscribeAsync(_keys.Channels(announcing), Receive, _ended.Token).ConfigureAwait(false);
            await _reader.TendAsync(_ended.Token).ConfigureAwait(false);
        }

        _unsettled = false;
        try
        {
            await _node.Bus.SettleAsync(_ended.Token).ConfigureAwait(false);
        }
        catch
        {
            _unsettled = true;
            throw;
        }
    }

    private async Task UnsubscribeAsync()
    {
        if (_subscription is not { } subscription)
            return;
        _subscription = null;
        await _node.Bus.EndAsync(subscription).ConfigureAwait(false);
    }

    /// <summary>Called by the client library, one message at a time for each channel.</summary>
    private void Receive(ReadOnlyMemory<byte> payload)
    {
        _heard = true;
        if (!BusFrame.IsAnnouncement(payload.Span) && payload.Length > _replica.Log.Limits.MaxMessageBytes)
        {
            _node.Metrics.Refused();
            return;
        }

        if (!_queue.TryAddMessage(payload))
            _behind = true;
    }

    private TaskCompletionSource? TakeWaiting()
    {
        lock (_gate)
        {
            var waiting = _waiting;
            _waiting = null;
            return waiting;
        }
    }

    private void Report(Exception failure, bool isNew)
    {
        if (failure is StoreUnavailableException or OperationCanceledException)
        {
            _node.Logger.SyncFailed(failure, _store); // the connection logs it
            return;
        }

        if (_reported == failure.GetType() && !isNew)
            return;
        _reported = failure.GetType();
        if (failure is StoreRefusedException)
            _node.Logger.SyncRefused(failure, _store);
        else
            _node.Logger.FollowFailed(failure, _store);
    }
}
