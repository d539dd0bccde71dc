using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// One store in the database. The path of a message: (1) it waits for the writer; (2) the writer commits whatever waits, from all stores,
/// in one transaction; (3) only then do readers get it, and publishers their positions.
/// </summary>
internal sealed class SqliteBackplaneChannel : IBackplaneChannel
{
    private readonly Lock _gate = new();
    private readonly StoreRecord _record;
    private readonly SqliteNode _node;
    private readonly LoadedLog _loaded;
    private readonly Action<SqliteBackplaneChannel> _closed;
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _pending;
    private bool _disposed;

    public SqliteBackplaneChannel(StoreRecord record, MessageLogLimits limits, SqliteNode node, Action<SqliteBackplaneChannel> closed)
    {
        _record = record;
        _node = node;
        _closed = closed;
        _loaded = new LoadedLog(record, new MessageLog(limits, node.Time), node);
    }

    public StoreRecord Record => _record;

    public MessageLog Log => _loaded.Log;

    public bool RemovesExpiredKeys => true;

    /// <summary>Why the window could not be read; null when it could, or nobody has asked for it.</summary>
    public string? Fault => _loaded.Fault;

    public async ValueTask<MessagePosition> AppendAsync(
        IReadOnlyList<MessageContent> contents, string? idempotencyKey, CancellationToken cancellationToken) =>
        (await WriteAsync(
            new PendingAppend(_record, contents, idempotencyKey, onlyFirst: false, Settle, cancellationToken), cancellationToken)
            .ConfigureAwait(false))!.Value;

    public async ValueTask AppendFirstAsync(MessageContent content, CancellationToken cancellationToken) =>
        await WriteAsync(new PendingAppend(_record, [content], null, onlyFirst: true, Settle, cancellationToken), cancellationToken)
            .ConfigureAwait(false);

    public ValueTask<MessagePosition?> ChangeAsync(
        KeyedChange change, string? idempotencyKey, CancellationToken cancellationToken) =>
        WriteAsync(new PendingChange(_record, change, idempotencyKey, Settle, cancellationToken), cancellationToken);

    public async ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken)
    {
        if (!Log.IsOpen)
            await _loaded.LoadAsync().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return Stream.Null; // once loaded, the log is always up to date, whether or not somebody reads it
    }

    public ValueTask CatchUpAsync(MessagePosition position, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Reads the window again if that has failed.</summary>
    public void Retry() => _loaded.Retry();

    /// <summary>Shows readers what was committed. Only the writer calls it, in the order of positions.</summary>
    public void Show(MessagePosition position, MessageContent content) => _loaded.Show(position, content);

    /// <summary>Waits until pending messages are written.</summary>
    public async ValueTask DisposeAsync()
    {
        _loaded.StopLoading();
        lock (_gate)
        {
            _disposed = true;
            if (_pending == 0)
                _idle.TrySetResult();
        }

        await _idle.Task.ConfigureAwait(false);
        _closed(this);
        Log.Complete();
    }

    private async ValueTask<MessagePosition?> WriteAsync(PendingWrite write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(IBackplaneChannel));
            _pending++;
        }

        try
        {
            await _node.Writer.AddAsync(write, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Settle();
            throw;
        }

        return await write.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Settle()
    {
        lock (_gate)
            if (--_pending == 0 && _disposed)
                _idle.TrySetResult();
    }
}
