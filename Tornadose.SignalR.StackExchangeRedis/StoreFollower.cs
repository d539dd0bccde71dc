using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>Follows a store for as long as it has readers, and a little longer. A store that nobody reads costs this node nothing.</summary>
internal sealed class StoreFollower(string store, RedisKeys keys, LogReplica replica, RedisNode node) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private FollowSession? _session;
    private int _readers;
    private long _entered;
    private bool _disposed;

    public RedisKeys Keys => keys;

    /// <summary>The copy's position.</summary>
    public MessagePosition Position => replica.Log.Position;

    public bool IsFollowed => Volatile.Read(ref _session) is not null;

    public async ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken)
    {
        var session = Enter();
        try
        {
            if (!session.HasTried)
                await session.SyncAsync(anew: false).WaitAsync(cancellationToken).ConfigureAwait(false);
            return new Reader(this);
        }
        catch
        {
            Leave();
            throw;
        }
    }

    public async ValueTask CatchUpAsync(MessagePosition position, CancellationToken cancellationToken)
    {
        if (!replica.Knows(position) && Volatile.Read(ref _session) is { } session)
            await session.SyncAsync(anew: true).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Announcements may have been missed.</summary>
    public void Catch() => Volatile.Read(ref _session)?.Unsettle();

    /// <summary>Compares the copy with a position that Redis has told.</summary>
    public void Compare(MessagePosition? top, MessagePosition asked) => _ = Volatile.Read(ref _session)?.CompareAsync(top, asked);

    public ValueTask DisposeAsync()
    {
        FollowSession? session;
        lock (_gate)
        {
            _disposed = true;
            session = _session;
            _session = null;
        }

        return session?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private FollowSession Enter()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(StoreFollower));
            _readers++;
            _entered++;
            return _session ??= new FollowSession(store, keys, replica, node);
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_readers == 0 && !_disposed)
                _ = EndLaterAsync(_entered);
        }
    }

    /// <summary>A page that is loaded again leaves and comes back at once: that should cost no read.</summary>
    private async Task EndLaterAsync(long entered)
    {
        await Task.Delay(node.Options.Linger, node.Time).ConfigureAwait(false);
        FollowSession? ended;
        lock (_gate)
        {
            if (_readers > 0 || _entered != entered)
                return;
            ended = _session;
            _session = null;
        }

        if (ended is not null)
            await ended.DisposeAsync().ConfigureAwait(false);
    }

    private sealed class Reader(StoreFollower follower) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                follower.Leave();
        }
    }
}
