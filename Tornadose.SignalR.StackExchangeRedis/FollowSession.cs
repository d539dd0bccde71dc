using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>The time during which a store is followed: subscribed to first, and then read, so that nothing falls between.</summary>
/// <remarks>
/// Reads are single flight. Whoever needs one joins the round that is under way, or, when only a later look at Redis will do, the one after it; a thousand
/// readers at once cause two rounds. A round that fails lets its waiters go on with what there is, and is repeated until one succeeds.
/// </remarks>
internal sealed class FollowSession(string store, RedisKeys keys, LogReplica replica, RedisNode node) : IAsyncDisposable
{
    /// <summary>Before the second attempt; each further pause is twice as long, up to <see cref="MaxRetryDelay"/>.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(1);


    /// <summary>The message that both have, and the next one.</summary>
    private const int MinPageSize = 2;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ended = new();
    private TaskCompletionSource? _running;
    private TaskCompletionSource? _following;
    private BusSubscription? _subscription;
    private bool _settled;
    private bool _heard;
    private bool _refused;
    private int _starved;
    private int _pageSize = LogReader.MaxPageSize;

    /// <summary>Whether a round was made, successfully or not.</summary>
    public bool HasTried { get; private set; }

    /// <summary>Brings the copy up to date.</summary>
    /// <param name="anew">Whether only a round that begins from now on will do.</param>
    public Task SyncAsync(bool anew)
    {
        lock (_gate)
        {
            if (_running is not null)
                return (anew ? _following ??= NewRound() : _running).Task;
            _running = NewRound();
            _ = RunAsync();
            return _running.Task;
        }
    }

    /// <summary>Announcements may have been missed, and subscriptions may still be on their way.</summary>
    public void Unsettle()
    {
        _settled = false;
        _ = SyncAsync(anew: true);
    }

    /// <summary>
    /// Compares the copy with a position that Redis has told. What is missing may just be on its way: reading it ahead of the bus would change its place among messages that have none.
    /// </summary>
    public async Task CompareAsync(MessagePosition? top, MessagePosition asked)
    {
        if (replica.IsStale(top, asked))
            await Task.Delay(node.Options.Grace, node.Time).ConfigureAwait(false);
        if (replica.IsStale(top, asked))
            Miss(Interlocked.Exchange(ref _heard, false));
        else
            _starved = 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref _subscription, null) is { } subscription)
            await node.Bus.EndAsync(subscription).ConfigureAwait(false);
    }

    private static TaskCompletionSource NewRound() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Miss(bool heard)
    {
        if (_ended.IsCancellationRequested)
            return;
        node.Logger.BusMissedMessages(store);
        node.Metrics.Missed();
        if (!heard && ++_starved > 1 && Interlocked.Exchange(ref _subscription, null) is { } deaf)
            _ = node.Bus.EndAsync(deaf); // the round subscribes anew
        _ = SyncAsync(anew: true);
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        var pause = RetryDelay;
        while (true)
        {
            var succeeded = await TryRoundAsync().ConfigureAwait(false);
            HasTried = true;
            if (!Advance(succeeded))
                return;
            if (succeeded)
            {
                pause = RetryDelay;
                continue;
            }

            await Task.Delay(pause, node.Time).ConfigureAwait(false);
            pause = pause < MaxRetryDelay ? 2 * pause : MaxRetryDelay;
        }
    }

    /// <summary>Ends the round, and says whether another one follows.</summary>
    private bool Advance(bool succeeded)
    {
        lock (_gate)
        {
            _running!.SetResult();
            var goOn = !_ended.IsCancellationRequested && (!succeeded || _following is not null);
            if (!goOn)
                _following?.SetResult();
            _running = goOn ? _following ?? NewRound() : null;
            _following = null;
            return goOn;
        }
    }

    private async Task<bool> TryRoundAsync()
    {
        try
        {
            await ListenAsync().ConfigureAwait(false);
            await ReadAsync().ConfigureAwait(false);
            _refused = false;
            return true;
        }
        catch (Exception failure) when (failure is StoreUnavailableException or OperationCanceledException)
        {
            node.Logger.SyncFailed(failure, store); // the connection's own lines tell of it
            if (failure is StoreUnavailableException { MayBeStored: true })
                _pageSize = Math.Max(MinPageSize, _pageSize / 4); // large messages may take longer than an answer may
        }
        catch (StoreRefusedException failure)
        {
            if (!_refused)
                node.Logger.SyncRefused(failure, store);
            _refused = true;
        }
        catch (Exception failure)
        {
            node.Logger.FollowFailed(failure, store);
        }

        replica.GiveUp();
        return false;
    }

    private async Task ListenAsync()
    {
        if (_subscription is { } present && !node.Bus.IsCurrent(present))
        {
            _subscription = null;
            await node.Bus.EndAsync(present).ConfigureAwait(false);
        }

        if (_subscription is null)
            await SubscribeAsync().ConfigureAwait(false);
        if (_settled)
            return;
        _settled = true;
        try
        {
            await node.Bus.SettleAsync(_ended.Token).ConfigureAwait(false);
        }
        catch
        {
            _settled = false;
            throw;
        }
    }

    private async Task SubscribeAsync()
    {
        var made = await node.Bus.SubscribeAsync(keys.Channels, Receive, _ended.Token).ConfigureAwait(false);
        _subscription = made;
        if (_ended.IsCancellationRequested && Interlocked.Exchange(ref _subscription, null) is not null)
            await node.Bus.EndAsync(made).ConfigureAwait(false);
    }

    private async Task ReadAsync()
    {
        for (var plan = replica.Begin(); plan is not null;)
        {
            var page = await node.Reader.ReadAsync(keys, plan.From, _pageSize, replica.Log.Limits, _ended.Token).ConfigureAwait(false);
            var before = replica.Backfilled;
            plan = replica.Merge(plan, page);
            node.Metrics.Backfilled(replica.Backfilled - before);
        }

        _pageSize = LogReader.MaxPageSize;
    }

    private void Receive(ReadOnlyMemory<byte> payload)
    {
        _heard = true;
        if (replica.Receive(payload))
            _ = SyncAsync(anew: true);
    }
}
