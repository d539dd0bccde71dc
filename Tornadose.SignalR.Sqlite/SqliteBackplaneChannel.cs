using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// One store in the database. A message's way: (1) it waits for the writer; (2) the writer takes whatever waits, of all stores, and
/// commits it in one transaction; (3) only then do readers get it, and publishers their positions. The window is read when the store is
/// first followed; what is committed meanwhile waits for it.
/// </summary>
internal sealed class SqliteBackplaneChannel : IBackplaneChannel
{
    private readonly Lock _gate = new();
    private readonly StoreRecord _record;
    private readonly SqliteNode _node;
    private readonly Action<SqliteBackplaneChannel> _closed;
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Queue<(MessagePosition Position, MessageContent Content)>? _meanwhile;
    private long _meanwhileBytes;
    private bool _hasBegun;
    private Task? _loading;
    private volatile string? _fault;
    private int _pending;
    private bool _disposed;

    public SqliteBackplaneChannel(StoreRecord record, MessageLogLimits limits, SqliteNode node, Action<SqliteBackplaneChannel> closed)
    {
        _record = record;
        _node = node;
        _closed = closed;
        Log = new MessageLog(limits, node.Time);
    }

    public StoreRecord Record => _record;

    public MessageLog Log { get; }

    public bool RemovesExpiredKeys => true;

    /// <summary>Why the window could not be read; null when it could, or nobody has asked for it.</summary>
    public string? Fault => _fault;

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
            await LoadAsync().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return Stream.Null; // once it was read, the log is always up to date, whether or not somebody reads it
    }

    public ValueTask CatchUpAsync(MessagePosition position, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Reads the window again where that has failed.</summary>
    public void Retry()
    {
        if (_fault is not null && !Log.IsOpen)
            _ = LoadAsync();
    }

    /// <summary>Shows readers what was committed. Only the writer calls it, in the order of positions.</summary>
    public void Show(MessagePosition position, MessageContent content)
    {
        lock (_gate)
        {
            if (Log.IsOpen)
                Append(position, content);
            else
                KeepMeanwhile(position, content);
        }
    }

    /// <summary>What waits is still written.</summary>
    public async ValueTask DisposeAsync()
    {
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

    private Task LoadAsync()
    {
        lock (_gate)
        {
            if (_loading is null || (_loading.IsCompleted && !Log.IsOpen))
                _loading = _node.Windows.RunAsync(Load);
            return _loading;
        }
    }

    private void Load()
    {
        try
        {
            lock (_gate)
            {
                if (_disposed)
                    return;
                (_meanwhile, _meanwhileBytes) = ([], 0); // what is committed from here on may be missing in what is read
            }

            var window = _node.Windows.Read(_record.Name, Log.Limits);
            lock (_gate)
                Take(window ?? new Window(new MessagePosition(_record.NewEpoch, 0, 0), []));
            _fault = null;
        }
        catch (Exception failure)
        {
            lock (_gate)
                _meanwhile = null;
            _fault = $"The window of store '{_record.Name}' cannot be read. {SqliteErrors.Explain(failure, _node.Path)}";
            _node.Metrics.ReadFailed();
            _node.Logger.ReadFailed(failure, _record.Name);
        }
    }

    /// <summary>No more than the log would keep: a window may take long to read. Of a keyed store all: only the log knows what replaces
    /// what.</summary>
    private void KeepMeanwhile(MessagePosition position, MessageContent content)
    {
        if (_meanwhile is null)
            return;
        _meanwhile.Enqueue((position, content));
        _meanwhileBytes += content.Size;
        var limits = Log.Limits;
        if (limits.IsKeyed)
            return;
        var end = content.IsEnd ? 1 : 0; // takes no place of a message
        while (_meanwhile.Count - end > 1 && (_meanwhile.Count - end > limits.Slots || _meanwhileBytes > limits.MaxBytes))
            _meanwhileBytes -= _meanwhile.Dequeue().Content.Size;
    }

    /// <summary>May be repeated when it has failed in the middle: a log begins only once, and goes on where it was.</summary>
    private void Take(Window window)
    {
        if (!_hasBegun)
            Log.BeginAt(window.Origin);
        _hasBegun = true;
        foreach (var message in window.Messages)
            AppendRead(message);
        Log.ForgetRemovals(window.Forgotten);
        foreach (var (position, content) in _meanwhile!)
            Append(position, content);
        _meanwhile = null;
        Log.Open();
    }

    /// <summary>What is read of a keyed store has gaps.</summary>
    private void AppendRead(WindowMessage message)
    {
        if (!IsThere(message.Position))
            Log.Append(message.Position, message.Content, message.Age);
    }

    private bool IsThere(MessagePosition position) =>
        position.Epoch == Log.Position.Epoch && position.Offset <= Log.Position.Offset;

    private void Append(MessagePosition position, MessageContent content)
    {
        var last = Log.Position;
        if (IsThere(position))
            return; // it was in what was read
        if (position.Epoch != last.Epoch)
            Log.AppendReset(StoreResetReason.Epoch, position with { Offset = position.Offset - 1, Tag = 0 });
        else if (position.Offset != last.Offset + 1)
            Log.AppendReset(StoreResetReason.Rollback, position with { Offset = position.Offset - 1, Tag = 0 });
        Log.Append(position, content);
    }
}
