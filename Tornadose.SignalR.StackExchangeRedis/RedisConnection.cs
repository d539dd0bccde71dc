using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// This process's connection to Redis. It is made at first use, may be lost at any time, and is restored automatically. A connection that
/// only seems alive can be replaced, unless it is the application's own.
/// </summary>
internal sealed class RedisConnection(
    RedisConnector connector, RedisBackplaneOptions options, TimeProvider time, BackplaneMetrics metrics,
    ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Task<IConnectionMultiplexer>? _current;
    private bool _disposed;
    private bool _refusesWrites;
    private volatile string? _announcing;

    /// <summary>Raised when the connection was restored or replaced: announcements may have been missed.</summary>
    public event Action? Restored;

    /// <summary>Whether commands can be sent at the moment.</summary>
    public bool IsConnected => _current is { IsCompletedSuccessfully: true } current && current.Result.IsConnected;

    /// <summary>The connection, once it can send commands.</summary>
    /// <exception cref="StoreUnavailableException">It cannot.</exception>
    public async Task<IConnectionMultiplexer> GetAsync(CancellationToken cancellationToken)
    {
        try
        {
            var multiplexer = await Current().WaitAsync(options.CommandTimeout, time, cancellationToken).ConfigureAwait(false);
            return multiplexer.IsConnected ? multiplexer : throw RedisErrors.NotConnected();
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            throw RedisErrors.NotConnected(failure);
        }
    }

    /// <summary>
    /// Runs a command for no longer than <see cref="RedisBackplaneOptions.CommandTimeout"/>, which the client library does not enforce.
    /// </summary>
    public async Task<T> RunAsync<T>(Func<IConnectionMultiplexer, Task<T>> command, CancellationToken cancellationToken)
    {
        var multiplexer = await GetAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await command(multiplexer).WaitAsync(options.CommandTimeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && RedisErrors.Translate(failure) is { } translated)
        {
            if (RedisErrors.IsReplica(failure))
                Volatile.Write(ref _refusesWrites, true);
            throw translated;
        }
    }

    /// <summary>Runs a script.</summary>
    public Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] arguments, CancellationToken cancellationToken) =>
        RunAsync(multiplexer => EvaluateAsync(multiplexer.GetDatabase(), script, keys, arguments), cancellationToken);

    /// <summary>How messages are announced: see <see cref="RedisServers.AnnouncingOf"/>. Null until a server is connected.</summary>
    public string? Announcing => _announcing ?? FindOut();

    /// <summary>Connects if <see cref="Announcing"/> is not known yet, and returns it.</summary>
    /// <exception cref="StoreUnavailableException">Redis cannot be reached.</exception>
    public async ValueTask<string> AnnouncingAsync(CancellationToken cancellationToken)
    {
        if (Announcing is { } known)
            return known;
        await GetAsync(cancellationToken).ConfigureAwait(false);
        return Announcing ?? throw RedisErrors.NotConnected();
    }

    /// <summary>
    /// Whether a server that has become a replica has refused a write since the last call: a failover that the connection has
    /// not followed.
    /// </summary>
    public bool TakeRefusedWrites() => Interlocked.Exchange(ref _refusesWrites, false);

    /// <summary>
    /// Whether any server that takes writes answers a ping. In a cluster one server, or a whole shard, may be down while the connections
    /// to the others still work.
    /// </summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellationToken) =>
        _current is { IsCompletedSuccessfully: true } current
        && await RedisServers.AnyAnswersAsync(current.Result, options.CommandTimeout, time, cancellationToken).ConfigureAwait(false);

    /// <summary>Whether this is the connection in use, not one that was replaced.</summary>
    public bool IsCurrent(IConnectionMultiplexer multiplexer) =>
        _current is { IsCompletedSuccessfully: true } current && ReferenceEquals(current.Result, multiplexer);

    /// <summary>Makes a new connection and closes the old one.</summary>
    /// <returns>False when the connection is the application's own.</returns>
    public async Task<bool> TryReplaceAsync(string why)
    {
        if (!connector.IsOwned)
            return false;
        logger.ConnectionReplaced(why);
        Task<IConnectionMultiplexer>? old;
        lock (_gate)
        {
            old = _current;
            _current = _disposed ? null : ConnectAsync();
            _announcing = null;
        }

        await CloseAsync(old).ConfigureAwait(false);
        Restored?.Invoke();
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        Task<IConnectionMultiplexer>? old;
        lock (_gate)
        {
            _disposed = true;
            old = _current;
            _current = null;
        }

        await CloseAsync(old).ConfigureAwait(false);
    }

    private Task<IConnectionMultiplexer> Current()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _current is null or { IsFaulted: true } or { IsCanceled: true } ? _current = ConnectAsync() : _current;
        }
    }

    private async Task<IConnectionMultiplexer> ConnectAsync()
    {
        await Task.Yield();
        var multiplexer = await connector.ConnectAsync().ConfigureAwait(false);
        multiplexer.ConnectionFailed += OnFailed;
        multiplexer.ConnectionRestored += OnRestored;
        return multiplexer;
    }

    private static async Task<RedisResult> EvaluateAsync(IDatabase database, string script, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            return await database.ScriptEvaluateAsync(script, keys, arguments).ConfigureAwait(false);
        }
        catch (RedisServerException failure) when (RedisErrors.IsMissingScript(failure))
        {
            // Redis has lost its scripts, and nothing has run. The client library has noticed, and sends the script again.
            return await database.ScriptEvaluateAsync(script, keys, arguments).ConfigureAwait(false);
        }
    }

    private string? FindOut()
    {
        if (_current is not { IsCompletedSuccessfully: true } current)
            return null;
        var found = RedisServers.AnnouncingOf(current.Result);
        if (found is not null && Interlocked.Exchange(ref _announcing, found) != found)
            logger.Announcing(RedisServers.WordsOf(found));
        return found;
    }

    private void OnFailed(object? sender, ConnectionFailedEventArgs failure) => logger.ConnectionLost(failure.ConnectionType);

    private void OnRestored(object? sender, ConnectionFailedEventArgs connection)
    {
        logger.ConnectionRestored(connection.ConnectionType);
        metrics.Reconnected();
        _announcing = null;
        Restored?.Invoke();
    }

    private async Task CloseAsync(Task<IConnectionMultiplexer>? connecting)
    {
        if (connecting is null)
            return;
        try
        {
            var multiplexer = await connecting.WaitAsync(options.CommandTimeout, time).ConfigureAwait(false);
            multiplexer.ConnectionFailed -= OnFailed;
            multiplexer.ConnectionRestored -= OnRestored;
            if (connector.IsOwned)
                _ = Task.Run(((IDisposable)multiplexer).Dispose); // waits for the server, which may not answer
        }
        catch (Exception failure)
        {
            // The application's factory may throw anything, which must not abort the disposal.
            logger.ConnectionCloseFailed(failure);
        }
    }
}
