using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// Follows a store for as long as it has readers, and a little longer. A store that nobody reads costs this node nothing, unless it has a
/// maximum age and the node publishes to it.
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

    /// <summary>Brings the copy up to date with Redis.</summary>
    public Task CatchUpAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _loop) is { } loop ? loop.SyncAsync().WaitAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>Has the loop check its subscriptions and read the log: announcements may have been missed.</summary>
    public void Unsettle() => Volatile.Read(ref _loop)?.Unsettle();

    /// <summary>
    /// Compares the copy with Redis, and has the loop read the log if the copy is behind. It waits first: a missing message may still be
    /// on its way over the bus, and reading it ahead of the bus would change its order among messages without a position.
    /// </summary>
    public async Task CompareAsync(CancellationToken cancellationToken)
    {
        var asked = replica.Log.Position;
        var top = await ReadTopAsync(cancellationToken).ConfigureAwait(false);
        if (replica.IsBehind(top, asked))
            await Task.Delay(node.Options.Grace, node.Time, cancellationToken).ConfigureAwait(false);
        Volatile.Read(ref _loop)?.Check(top, asked);
    }

    /// <summary>Maintains the store in Redis while nobody publishes; see <see cref="LogReader.TendAsync"/>.</summary>
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
            return null; // reading the log reports the error
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

    /// <summary>A page reload leaves the store and follows it again at once, which should not cost a read of the log.</summary>
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
