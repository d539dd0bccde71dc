using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// The only thread that writes. It takes whatever waits, of all stores, and commits it in one transaction, so that a thousand publishers
/// wait for a few flushes together. A thread of its own: it spends its time waiting for the disk, and the pool's threads are for readers.
/// </summary>
/// <remarks>
/// Invariants. A publisher is told of its position after the commit, and readers get the message after it as well. A commit that fails
/// fails what was in it, and nothing else. Whatever fails, the loop goes on: publishers would wait for ever otherwise.
/// </remarks>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int MaxWaiting = 4096;
    private const int EnoughBytes = 4 * 1024 * 1024;

    private readonly Channel<Pending?> _waiting =
        Channel.CreateBounded<Pending?>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    private readonly List<Pending> _batch = [];
    private readonly WriteTransaction _transaction;
    private readonly Retention _retention;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly SqliteMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Task _running;
    private volatile string? _fault;
    private volatile string? _damage;
    private volatile bool _retentionDue = true;

    public SqliteWriter(
        SqliteDatabase database, OpenStores stores, SqliteBackplaneOptions options, TimeProvider time, SqliteMetrics metrics,
        ILogger logger)
    {
        _path = database.Path;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _transaction = new WriteTransaction(database.Writer, options, time);
        _retention = new Retention(database, _transaction, stores, options, logger);
        _running = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Puts something into the queue, and waits while that is full.</summary>
    public async ValueTask AddAsync(Pending pending, CancellationToken cancellationToken)
    {
        try
        {
            await _waiting.Writer.WriteAsync(pending, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(IBackplane));
        }
    }

    /// <summary>Lets retention run, once the writer comes to it.</summary>
    public void Tick()
    {
        _retentionDue = true;
        _waiting.Writer.TryWrite(null); // a full queue wakes the loop as well
    }

    public void ApplyLimits(Func<string, MessageLogLimits?> limitsOf)
    {
        _retention.ApplyLimits(limitsOf);
        Tick();
    }

    /// <summary>
    /// Why the database cannot be written; null when it can. Where it could not, it is tried whether it can now. A damaged page stays a
    /// fault: what else can be written does not show that it is whole.
    /// </summary>
    public async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        if (_damage is not null || _fault is null)
            return _damage ?? _retention.Fault;
        var probe = new Probe();
        try
        {
            await AddAsync(probe, cancellationToken).ConfigureAwait(false);
            await probe.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return _retention.Fault;
        }
        catch (StoreUnavailableException failure)
        {
            return _fault ?? failure.Message;
        }
    }

    /// <summary>Waits until what is in the queue is written.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _running.ConfigureAwait(false);
        _retention.Dispose();
        _transaction.Dispose();
    }

    private void Run()
    {
        while (WaitForWork())
        {
            try
            {
                Take();
                while (_batch.Count > 0)
                    Commit();
                if (_retentionDue || _retention.IsPressing)
                    Retain();
            }
            catch (Exception failure)
            {
                FailAll(failure);
            }
        }
    }

    /// <summary>Blocks, on the writer's own thread.</summary>
    private bool WaitForWork() => (_retentionDue && !_waiting.Reader.Completion.IsCompleted)
        || _waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult();

    private void Retain()
    {
        _retentionDue = false; // before the step: a tick meanwhile is one more
        if (_retention.Run())
            _retentionDue = true;
    }

    private void Take()
    {
        long bytes = 0;
        while (bytes < EnoughBytes && _batch.Count < MaxWaiting && _waiting.Reader.TryRead(out var pending))
        {
            if (pending is null || pending.TryGiveUp())
                continue;
            _batch.Add(pending);
            bytes += pending.Size;
        }
    }

    /// <summary>Commits the batch. Where only one store stands in the way, that one's messages fail, and the others are tried again without
    /// them.</summary>
    private void Commit()
    {
        var began = _time.GetTimestamp();
        Pending? current = null;
        var committing = false;
        try
        {
            _transaction.Begin();
            foreach (var pending in _batch)
            {
                current = pending;
                pending.Write(_transaction);
            }

            (current, committing) = (null, true);
            _transaction.Commit();
        }
        catch (Exception failure)
        {
            _transaction.RollBack();
            Fail(current, failure, committing);
            return;
        }

        _fault = null;
        Complete();
        _metrics.Committed(_time.GetElapsedTime(began));
    }

    /// <summary>From here on nothing can fail the messages: they are stored.</summary>
    private void Complete()
    {
        foreach (var pending in _batch)
        {
            _retention.Note(pending.Record);
            pending.Complete();
        }

        _batch.Clear();
    }

    private void Fail(Pending? current, Exception failure, bool committing)
    {
        var failed = current is not null && !SqliteErrors.IsOfAll(failure)
            ? _batch.Where(pending => pending == current || (pending.Record is not null && pending.Record == current.Record)).ToHashSet()
            : [.. _batch];
        _batch.RemoveAll(failed.Contains);
        _fault = SqliteErrors.Explain(failure, _path);
        if (SqliteErrors.IsDamage(failure))
            _damage = _fault;
        var answer = committing && SqliteErrors.LeavesDoubt(failure)
            ? SqliteErrors.Unknown(failure, _path)
            : SqliteErrors.NotStored(failure, _path);
        foreach (var pending in failed)
            pending.Fail(answer);
        _metrics.CommitFailed();
        _logger.CommitFailed(failure, _path);
    }

    /// <summary>The last resort, for what should not fail: a clock, a log, a meter of the application's.</summary>
    private void FailAll(Exception failure)
    {
        foreach (var pending in _batch)
            pending.Fail(SqliteErrors.Unknown(failure, _path));
        _batch.Clear();
    }
}
