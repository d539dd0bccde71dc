using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// The only thread that writes. It commits whatever waits, from all stores, in one transaction, so that a thousand publishers share a few
/// flushes. A dedicated thread, because it spends its time waiting for the disk, and the pool's threads are for readers.
/// </summary>
/// <remarks>
/// Invariants. Publishers get their positions, and readers the messages, only after the commit. A failed commit fails only what was in it.
/// The loop continues after any failure: otherwise publishers would wait for ever.
/// </remarks>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int MaxWaiting = 4096;
    private const int EnoughBytes = 4 * 1024 * 1024;
    private const long Idle = long.MinValue;

    private readonly Channel<Pending?> _waiting =
        Channel.CreateBounded<Pending?>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    /// <summary>A transaction that takes longer is a fault that the health check reports.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How many stores that could not be written are probed at a time.</summary>
    private const int ProbedStores = 16;

    private readonly List<Pending> _batch = [];
    private readonly OpenStores _stores;
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
    private long _began = Idle;

    public SqliteWriter(
        SqliteDatabase database, OpenStores stores, SqliteBackplaneOptions options, TimeProvider time, SqliteMetrics metrics,
        ILogger logger)
    {
        _path = database.Path;
        _stores = stores;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _transaction = new WriteTransaction(database.Writer, options, time);
        _retention = new Retention(database, _transaction, stores, options, logger);
        _running = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Adds an item to the queue, and waits while the queue is full.</summary>
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

    /// <summary>Has the writer run retention when it next can.</summary>
    public void Tick()
    {
        _retentionDue = true;
        _waiting.Writer.TryWrite(null); // a full queue wakes the loop as well
    }

    public void ApplyRules(RetentionRules rules)
    {
        _retention.ApplyRules(rules);
        Tick();
    }

    /// <summary>
    /// Why the database, or a store in it, cannot be written; null when all can. Probes what could not be written. A damaged page remains
    /// a fault: other successful writes do not show that it is repaired.
    /// </summary>
    public async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        if ((FindHang() ?? _damage) is { } fault)
            return fault;
        if (_fault is not null && await ProbeAsync(null, cancellationToken).ConfigureAwait(false) is { } ofAll)
            return ofAll;
        var faulty = _stores.Faulty.Take(ProbedStores).ToList();
        var probing = faulty.ConvertAll(record => ProbeAsync(record, cancellationToken));
        await Task.WhenAll(probing).ConfigureAwait(false);
        return _stores.Faulty.FirstOrDefault()?.Fault ?? _retention.Fault;
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

            Volatile.Write(ref _began, Idle);
        }
    }

    private string? FindHang()
    {
        var began = Volatile.Read(ref _began);
        var elapsed = began == Idle ? TimeSpan.Zero : _time.GetElapsedTime(began);
        return elapsed < Patience
            ? null
            : $"The database '{_path}' has not answered for {(int)elapsed.TotalSeconds} s, and publishers wait: "
                + "another program has locked it, or the disk hangs.";
    }

    /// <returns>What failed; null when nothing did.</returns>
    private async Task<string?> ProbeAsync(StoreRecord? record, CancellationToken cancellationToken)
    {
        var probe = new Probe(record);
        try
        {
            await AddAsync(probe, cancellationToken).ConfigureAwait(false);
            await probe.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (StoreUnavailableException failure)
        {
            return record?.Fault ?? _fault ?? failure.Message;
        }
    }

    /// <summary>Blocks, on the writer's own thread.</summary>
    private bool WaitForWork() => (_retentionDue && !_waiting.Reader.Completion.IsCompleted)
        || _waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult();

    private void Retain()
    {
        Volatile.Write(ref _began, _time.GetTimestamp());
        _retentionDue = false; // before the step: a tick during it requests another one
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

    /// <summary>
    /// Commits the batch. If a write to one store fails, the stores are written again one after the other, so that only that store's
    /// messages fail.
    /// </summary>
    private void Commit()
    {
        if (!TryCommit(byStore: false))
            TryCommit(byStore: true);
    }

    /// <returns>Whether the batch is dealt with; if not, nothing of it was committed.</returns>
    private bool TryCommit(bool byStore)
    {
        var began = _time.GetTimestamp();
        Volatile.Write(ref _began, began);
        var committing = false;
        try
        {
            _transaction.Begin();
            if (byStore)
                WriteByStore();
            else
                WriteAll();
            committing = true;
            _transaction.Commit();
        }
        catch (Exception failure)
        {
            _transaction.RollBack();
            if (!byStore && !committing && !SqliteErrors.IsOfAll(failure))
                return false;
            Fail(failure, committing);
            return true;
        }

        if (!byStore)
            _fault = null;
        Complete();
        _metrics.Committed(_time.GetElapsedTime(began));
        return true;
    }

    private void WriteAll()
    {
        foreach (var pending in _batch)
            pending.Write(_transaction);
        _transaction.UpdateDrafts();
    }

    private void WriteByStore()
    {
        _fault = null;
        var failed = new HashSet<Pending>();
        foreach (var store in _batch.GroupBy(static pending => pending.Record ?? (object)pending))
        {
            var group = store.ToList();
            if (_transaction.Attempt(group[0].Record, () => Write(group)) is not { } failure)
                continue;
            Fail(group, failure);
            failed.UnionWith(group);
        }

        _batch.RemoveAll(failed.Contains);
    }

    private void Write(List<Pending> group)
    {
        foreach (var pending in group)
            pending.Write(_transaction);
        if (group[0].Record is { } record)
            _transaction.UpdateDraft(record);
    }

    /// <summary>From here on nothing can fail the messages: they are stored.</summary>
    private void Complete()
    {
        foreach (var pending in _batch)
        {
            if (pending.Record is { } record)
                record.Fault = null;
            _retention.Note(pending);
            pending.Complete();
        }

        _batch.Clear();
    }

    /// <summary>Fails the messages of one store, or an item that belongs to no store; the others are committed without them.</summary>
    private void Fail(List<Pending> group, Exception failure)
    {
        var words = Note(failure);
        if (group[0].Record is not { } record)
        {
            _fault = words;
            _logger.CommitFailed(failure, _path);
        }
        else
        {
            if (record.Fault is null)
                _logger.StoreFailed(failure, record.Name, _path); // once, not for each of its messages
            record.Fault = $"Store '{record.Name}' cannot be written. {words}";
        }

        Answer(group, SqliteErrors.NotStored(failure, _path));
    }

    /// <summary>Fails all that is left of the batch.</summary>
    private void Fail(Exception failure, bool committing)
    {
        _fault = Note(failure);
        _logger.CommitFailed(failure, _path);
        Answer(_batch, committing && SqliteErrors.LeavesDoubt(failure)
            ? SqliteErrors.Unknown(failure, _path)
            : SqliteErrors.NotStored(failure, _path));
        _batch.Clear();
    }

    private string Note(Exception failure)
    {
        _metrics.CommitFailed();
        var words = SqliteErrors.Explain(failure, _path);
        if (SqliteErrors.IsDamage(failure))
            _damage = words;
        return words;
    }

    private static void Answer(List<Pending> failed, StoreUnavailableException answer)
    {
        foreach (var pending in failed)
            pending.Fail(answer);
    }

    /// <summary>The last resort, for what should not fail: the application's clock, logger or meter.</summary>
    private void FailAll(Exception failure)
    {
        Answer(_batch, SqliteErrors.Unknown(failure, _path));
        _batch.Clear();
    }
}
