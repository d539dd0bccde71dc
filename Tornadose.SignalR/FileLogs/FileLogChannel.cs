using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.FileLogs;

/// <summary>
/// One store in files. A message's way: (1) it waits in a queue, whose other end is a loop of the store's own; (2) the loop takes whatever waits, writes it with one write and flushes it with one flush;
/// (3) only then do readers get it, and publishers their positions. So nobody has seen what a crash can take, unless the flush was left for later.
/// </summary>
internal sealed class FileLogChannel : IBackplaneChannel
{
    private const int MaxWaiting = 1024;

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly Channel<PendingAppend?> _waiting = Channel.CreateBounded<PendingAppend?>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private readonly FileLogNode _node;
    private readonly StoreFiles _files;
    private readonly IdempotencyKeys _keys;
    private readonly AppendBatch _batch;
    private readonly Action<FileLogChannel> _closed;
    private volatile string? _fault;
    private volatile bool _disposed;
    private bool _wroteSinceTick;

    public FileLogChannel(string store, MessageLogLimits limits, FileLogNode node, Task previous, Action<FileLogChannel> closed)
    {
        Store = store;
        _node = node;
        _closed = closed;
        _files = new StoreFiles(StoreFolder.Of(node.Folder, store), store, node.Options);
        _keys = new IdempotencyKeys(node.Time);
        _batch = new AppendBatch(_keys, node.Time);
        Log = new MessageLog(limits, node.Time);
        Completion = Task.Run(() => RunAsync(previous));
    }

    public string Store { get; }

    public MessageLog Log { get; }

    /// <summary>Ends when the files are closed.</summary>
    public Task Completion { get; }

    /// <summary>Ends when the files were read, or fails with why they could not be. They are tried again then.</summary>
    public Task Tried => _tried.Task;

    public async ValueTask<MessagePosition> AppendAsync(MessageContent content, string? idempotencyKey, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_disposed, typeof(IBackplaneChannel));
        var append = new PendingAppend(content, idempotencyKey, cancellationToken);
        try
        {
            await _waiting.Writer.WriteAsync(append, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(IBackplaneChannel));
        }

        return await append.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken)
    {
        await Tried.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return NothingToEnd.Instance;
    }

    public ValueTask CatchUpAsync(MessagePosition position, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Asks the loop to do, between messages, what has to be done from time to time.</summary>
    public void Tick()
    {
        if (_files.IsActive || Log.Limits.MaxAge is not null)
            _waiting.Writer.TryWrite(null);
    }

    /// <summary>
    /// Why messages are not accepted, or the files could not be read; null when all is well. A store that could not be written to may never be written to again, because such an answer takes the load away: so it is
    /// tried whether writing is possible now.
    /// </summary>
    public string? FindFault()
    {
        if (_fault is not null && Log.IsOpen && _files.CanWrite())
            _fault = null;
        return _fault;
    }

    /// <summary>What waits is still written.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        _waiting.Writer.TryComplete();
        await _closing.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(false);
        Log.Complete();
    }

    private async Task RunAsync(Task previous)
    {
        await previous.ConfigureAwait(false);
        var loaded = await LoadAsync().ConfigureAwait(false);
        try
        {
            while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                using var turn = await _node.TakeTurnAsync().ConfigureAwait(false);
                if (loaded)
                    WriteWhatWaits();
                else
                    Refuse();
            }
        }
        finally
        {
            Close();
        }
    }

    private async Task<bool> LoadAsync()
    {
        while (!await TryLoadAsync().ConfigureAwait(false))
        {
            Refuse();
            try
            {
                await Task.Delay(RetryInterval, _node.Time, _closing.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        return true;
    }

    private async Task<bool> TryLoadAsync()
    {
        using var turn = await _node.TakeTurnAsync().ConfigureAwait(false);
        try
        {
            Take(_files.Load());
            _fault = null;
            _tried.TrySetResult();
            return true;
        }
        catch (Exception failure)
        {
            _fault = $"The files of store '{Store}' cannot be read: {failure.Message}";
            _node.Logger.FilesUnreadable(failure, Store);
            _tried.TrySetException(failure);
            return false;
        }
    }

    private void Take(LogScan scan)
    {
        if (scan.Gaps + scan.Unreadable.Count is > 0 and var damages)
        {
            _node.Metrics.Damaged(damages);
            _node.Logger.FilesDamaged(Store, damages);
        }

        Log.BeginAt(scan.Segments.Count == 0 ? _files.Last : scan.Origin);
        var now = _node.Time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var record in scan.Records)
        {
            var age = TimeSpan.FromMilliseconds(Math.Max(0, now - record.UnixMilliseconds));
            Log.Append(record.Position(scan.Last.Epoch), record.Content, age);
            if (record.Key is not null && age < IdempotencyKeys.Lifetime)
                _keys.Add(record.Key, record.Position(scan.Last.Epoch), age);
        }

        Log.Open();
    }

    private void WriteWhatWaits()
    {
        var tick = false;
        try
        {
            _batch.Begin(_files.Last);
            while (!_batch.IsFull && _waiting.Reader.TryRead(out var append))
            {
                if (append is null)
                    tick = true;
                else if (!append.IsGivenUp)
                    Add(append);
            }

            if (_batch.Appends.Count > 0)
                Commit();
            if (tick || _batch.Appends.Count > 0)
                Clean(tick);
        }
        catch (Exception failure)
        {
            // Whatever it is (a file that may not grow any more is an ArgumentOutOfRangeException): the loop goes on, or publishers would wait for ever.
            Fail(failure);
        }
    }

    private void Add(PendingAppend append)
    {
        try
        {
            _batch.Add(append, _files.Seed);
        }
        catch (Exception failure)
        {
            append.TrySetException(Refusal(failure));
            throw;
        }
    }

    private void Commit()
    {
        if (_batch.Records.Length > 0)
        {
            var began = _node.Time.GetTimestamp();
            _files.Append(_batch.Records, _batch.FirstTime, _batch.Last);
            _node.Metrics.Committed(_node.Time.GetElapsedTime(began));
        }

        _wroteSinceTick = true;
        _fault = null;
        _batch.Accept(Log);
    }

    private void Clean(bool tick)
    {
        Log.TrimExpired();
        var expired = Log.Limits.MaxAge is { } age ? (_node.Time.GetUtcNow() - age).ToUnixTimeMilliseconds() : long.MinValue;
        _files.Clean(Log.OldestReplayable?.Position.Offset ?? (_files.Last.Offset + 1), expired);
        if (!tick)
            return;
        if (_wroteSinceTick)
            _files.Flush();
        else
            _files.Rest();
        _wroteSinceTick = false;
    }

    private void Fail(Exception failure)
    {
        _fault = $"Messages of store '{Store}' cannot be written: {failure.Message}";
        _node.Metrics.Failed();
        _node.Logger.CommitFailed(failure, Store);
        _batch.Fail(_files.TryTakeBack() ? Refusal(failure) : new StoreUnavailableException(
            $"The file of store '{Store}' could not be written ({failure.Message}), and what was written not be taken back. The message may have been stored all the same: publish again with the same IdempotencyKey.",
            mayBeStored: true, failure));
    }

    private StoreRefusedException Refusal(Exception failure) => new($"The file of store '{Store}' could not be written: {failure.Message} Nothing was stored.", failure);

    private void Refuse()
    {
        while (_waiting.Reader.TryRead(out var append))
            append?.TrySetException(new StoreUnavailableException($"{_fault} Nothing was stored: publish again.", mayBeStored: false));
    }

    private void Close()
    {
        try
        {
            _files.Rest();
        }
        catch (Exception failure)
        {
            _node.Logger.CommitFailed(failure, Store);
        }

        _files.Dispose();
        _closed(this);
    }

    /// <summary>Once it was read, this log is always up to date, whether or not somebody reads it.</summary>
    private sealed class NothingToEnd : IDisposable
    {
        public static readonly NothingToEnd Instance = new();

        public void Dispose()
        {
        }
    }
}
