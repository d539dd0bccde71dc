using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// A store's log, whose window is read from the database when the store is first followed; messages committed meanwhile wait for it.
/// </summary>
internal sealed class LoadedLog(StoreRecord record, MessageLog log, SqliteNode node)
{
    private readonly Lock _gate = new();
    private Queue<(MessagePosition Position, MessageContent Content)>? _meanwhile;
    private long _meanwhileBytes;
    private bool _hasBegun;
    private bool _stopped;
    private Task? _loading;
    private volatile string? _fault;

    public MessageLog Log => log;

    /// <summary>Why the window could not be read; null when it could, or nobody has asked for it.</summary>
    public string? Fault => _fault;

    /// <summary>Reads the window, unless it was read before. Never fails: see <see cref="Fault"/>.</summary>
    public Task LoadAsync()
    {
        lock (_gate)
        {
            if (_loading is null || (_loading.IsCompleted && !log.IsOpen))
                _loading = node.Windows.RunAsync(Load);
            return _loading;
        }
    }

    /// <summary>Reads the window again if that has failed.</summary>
    public void Retry()
    {
        if (_fault is not null && !log.IsOpen)
            _ = LoadAsync();
    }

    /// <summary>Shows readers what was committed, in the order of positions.</summary>
    public void Show(MessagePosition position, MessageContent content)
    {
        lock (_gate)
        {
            if (log.IsOpen)
                Append(position, content);
            else
                KeepMeanwhile(position, content);
        }
    }

    /// <summary>Nobody will follow the store any more: a read that has not begun is skipped.</summary>
    public void StopLoading()
    {
        lock (_gate)
            _stopped = true;
    }

    private void Load()
    {
        try
        {
            lock (_gate)
            {
                if (_stopped)
                    return;
                (_meanwhile, _meanwhileBytes) = ([], 0); // what is committed from here on may be missing in the window
            }

            var window = node.Windows.Read(record.Name, log.Limits);
            lock (_gate)
                Take(window ?? new Window(new MessagePosition(record.NewEpoch, 0, 0), []));
            _fault = null;
        }
        catch (Exception failure)
        {
            lock (_gate)
                _meanwhile = null;
            _fault = $"The window of store '{record.Name}' cannot be read. {SqliteErrors.Explain(failure, node.Path)}";
            node.Metrics.ReadFailed();
            node.Logger.ReadFailed(failure, record.Name);
        }
    }

    /// <summary>
    /// Keeps no more than the log would, because a window may take long to read. For a keyed store it keeps everything: only the log knows
    /// which change replaces which.
    /// </summary>
    private void KeepMeanwhile(MessagePosition position, MessageContent content)
    {
        if (_meanwhile is null)
            return;
        _meanwhile.Enqueue((position, content));
        _meanwhileBytes += content.Size;
        var limits = log.Limits;
        if (limits.IsKeyed)
            return;
        var end = content.IsEnd ? 1 : 0; // not counted as a message
        while (_meanwhile.Count - end > 1 && (_meanwhile.Count - end > limits.Slots || _meanwhileBytes > limits.MaxBytes))
            _meanwhileBytes -= _meanwhile.Dequeue().Content.Size;
    }

    /// <summary>May be repeated after a failure: the log begins only once, and continues where it was.</summary>
    private void Take(Window window)
    {
        if (!_hasBegun)
            log.BeginAt(window.Origin);
        _hasBegun = true;
        foreach (var message in window.Messages)
            AppendRead(message);
        log.ForgetRemovals(window.Forgotten);
        foreach (var (position, content) in _meanwhile!)
            Append(position, content);
        _meanwhile = null;
        log.Open();
    }

    /// <summary>Does not check for gaps: the window of a keyed store has some.</summary>
    private void AppendRead(WindowMessage message)
    {
        if (!IsThere(message.Position))
            log.Append(message.Position, message.Content, message.Age);
    }

    private bool IsThere(MessagePosition position) =>
        position.Epoch == log.Position.Epoch && position.Offset <= log.Position.Offset;

    private void Append(MessagePosition position, MessageContent content)
    {
        var last = log.Position;
        if (IsThere(position))
            return; // it was in the window
        if (position.Epoch != last.Epoch)
            log.AppendReset(StoreResetReason.Epoch, position with { Offset = position.Offset - 1, Tag = 0 });
        else if (position.Offset != last.Offset + 1)
            log.AppendReset(StoreResetReason.Rollback, position with { Offset = position.Offset - 1, Tag = 0 });
        log.Append(position, content);
    }
}
