using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// Follows a store for as long as it has readers, and a little longer. A store that nobody reads costs this node nothing.
/// </summary>
internal sealed class StoreFollower(string store, RedisKeys keys, LogReplica replica, LogReader reader, RedisNode node) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private FollowLoop? _loop;
    private Task _previous = Task.CompletedTask;
    private int _readers;
    private long _entered;
    private bool _disposed;

    public bool IsFollowed => Volatile.Read(ref _loop) is not null;

    public async ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken)
    {
        var loop = Enter();
        try
        {
            await loop.Tried.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new Reader(this);
        }
        catch
        {
            Leave();
            throw;
        }
    }

    /// <summary>Brings the copy to a position that a reader has seen.</summary>
    public Task CatchUpAsync(MessagePosition position, CancellationToken cancellationToken) =>
        replica.Knows(position) ? Task.CompletedTask : CatchUpAsync(cancellationToken);

    /// <summary>Brings the copy to what Redis has now.</summary>
    public Task CatchUpAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _loop) is { } loop ? loop.SyncAsync().WaitAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>Announcements may have been missed.</summary>
    public void Unsettle() => Volatile.Read(ref _loop)?.Unsettle();

    /// <summary>
    /// Compares the copy with what Redis has, and reads where it is behind. What is missing may just be on its way: reading it ahead of
    /// the bus would change its place among messages that have none.
    /// </summary>
    public async Task CompareAsync(CancellationToken cancellationToken)
    {
        var asked = replica.Log.Position;
        var top = await ReadTopAsync(cancellationToken).ConfigureAwait(false);
        if (replica.IsBehind(top, asked))
            await Task.Delay(node.Options.Grace, node.Time, cancellationToken).ConfigureAwait(false);
        Volatile.Read(ref _loop)?.Check(top, asked);
    }

    /// <summary>Keeps what is in Redis as it should be while nobody publishes.</summary>
    public Task TendAsync(CancellationToken cancellationToken) => reader.TendAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        FollowLoop? loop;
        lock (_gate)
        {
            _disposed = true;
            loop = _loop;
            _loop = null;
        }

        if (loop is not null)
            await loop.DisposeAsync().ConfigureAwait(false);
        await _previous.ConfigureAwait(false);
    }

    private async Task<MessagePosition?> ReadTopAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await LogReader.ReadTopAsync(node.Connection, keys, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreRefusedException)
        {
            return null; // reading the log will say what is wrong
        }
    }

    private FollowLoop Enter()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(StoreFollower));
            _readers++;
            _entered++;
            if (_loop is { } present)
                return present;
            _loop = new FollowLoop(store, keys, replica, reader, node, _previous);
            _previous = _loop.Ended;
            return _loop;
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
        FollowLoop? ended;
        lock (_gate)
        {
            if (_readers > 0 || _entered != entered)
                return;
            ended = _loop;
            _loop = null;
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
