using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// Decides on order and positions in this process, and keeps them in a SQLite database. The next process continues where this one ended:
/// epochs are the same, ids stay valid, and idempotency keys and used tickets are remembered.
/// </summary>
internal sealed class SqliteBackplane : IBackplane, IReplayCache, IAsyncDisposable, IDisposable
{
    private readonly OpenStores _stores = new();
    private readonly SqliteDatabase _database;
    private readonly SqliteNode _node;
    private readonly ITimer _ticks;
    private int _disposed;

    /// <exception cref="StoreUnavailableException">The database cannot be opened or written, or is in use by another process.</exception>
    public SqliteBackplane(SqliteBackplaneOptions options, TimeProvider time, SqliteMetrics metrics, ILogger logger)
    {
        _database = SqliteDatabase.Open(options);
        var writer = new SqliteWriter(_database, _stores, options, time, metrics, logger);
        _node = new SqliteNode(writer, new WindowReader(_database, time), _database.Path, time, metrics, logger);
        var interval = options.RetentionInterval;
        _ticks = time.CreateTimer(static state => ((SqliteBackplane)state!).Tick(), this, interval, interval);
    }

    public bool KeepsKeyedStores => true;

    public IBackplaneChannel Open(string store, MessageLogLimits limits)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, typeof(SqliteBackplane));
        return _stores.Open(store, record => new SqliteBackplaneChannel(record, limits, _node, _stores.Close));
    }

    /// <summary>Tells retention the application's options for the stores in the database.</summary>
    public void ApplyRules(RetentionRules rules) => _node.Writer.ApplyRules(rules);

    public async ValueTask<string?> FindFaultAsync(CancellationToken cancellationToken) =>
        await _node.Writer.FindFaultAsync(cancellationToken).ConfigureAwait(false)
        ?? _stores.Channels.Select(static channel => channel.Fault).FirstOrDefault(static fault => fault is not null)
        ?? (File.Exists(_database.Path)
            ? null
            : $"The database '{_database.Path}' was deleted or moved while it is in use. Stop the application, and restore it.");

    public async ValueTask<bool> TryAddAsync(string id, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var mark = new PendingMark(id, lifetime, cancellationToken);
        await _node.Writer.AddAsync(mark, cancellationToken).ConfigureAwait(false);
        return await mark.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for <see cref="DisposeAsync"/>: a container that is disposed synchronously calls only this.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return; // it is registered under two types, and disposed once for each
        await _ticks.DisposeAsync().ConfigureAwait(false);
        foreach (var channel in _stores.Channels)
            await channel.DisposeAsync().ConfigureAwait(false);
        await _node.Writer.DisposeAsync().ConfigureAwait(false);
        await _node.Windows.DisposeAsync().ConfigureAwait(false);
        _database.Dispose();
    }

    private void Tick()
    {
        foreach (var channel in _stores.Channels)
            channel.Retry();
        _node.Writer.Tick();
    }
}
