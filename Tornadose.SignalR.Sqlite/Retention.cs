using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// Deletes what is no longer kept, of all stores that are in the database, whether or not anybody uses them: their limits are in their
/// rows. Runs on the writer's thread between transactions, in steps that are short, so that publishers hardly wait.
/// </summary>
/// <remarks>
/// Invariants. A step deletes more than what was committed since the last one, so that it catches up at any rate. What fails for one store
/// holds up that one only, and what fails in one part of a step holds up that part only.
/// </remarks>
internal sealed class Retention : IDisposable
{
    /// <summary>How much one step deletes or looks at, beside <see cref="CatchUp"/> times what was committed since the last one.</summary>
    private const int StepRows = 1000;

    private const int CatchUp = 3;

    /// <summary>What costs as much as a further row.</summary>
    private const int PageBytes = 4096;

    /// <summary>For how long a store is left alone that cannot be dealt with.</summary>
    private const long PostponeMilliseconds = 60_000;

    /// <summary>How far a store may be over its limits until retention does not wait for its interval.</summary>
    private const int SlackMessages = 1024;

    private const int SlackBytes = 1024 * 1024;

    private readonly SqliteDatabase _database;
    private readonly WriteTransaction _transaction;
    private readonly OpenStores _stores;
    private readonly SqliteBackplaneOptions _options;
    private readonly ILogger _logger;
    private readonly Statement _due;
    private readonly Statement _oldest;
    private readonly Statement _delete;
    private readonly Statement _postpone;
    private readonly Statement _deleteKeys;
    private readonly Statement _deleteUsed;
    private readonly RulesWalk _rules;
    private readonly FileShrinking _file;
    private readonly List<(string Store, MessagePosition Position, MessageContent Removal)> _removed = [];
    private long _committed;
    private long _step;
    private long _left;
    private volatile string? _fault;
    private bool _isDamaged;
    private long _faultUntil;

    public Retention(
        SqliteDatabase database, WriteTransaction transaction, OpenStores stores, SqliteBackplaneOptions options, ILogger logger)
    {
        (_database, _transaction, _stores, _options, _logger) = (database, transaction, stores, options, logger);
        Statement Prepare(string sql, int parameters) => new(database.Writer, sql, parameters);
        _due = Prepare($"SELECT {StoreRowReader.Columns} FROM stores WHERE due <= ?1 ORDER BY due LIMIT 1", 1);
        _oldest = Prepare("SELECT offset, time, length(data), event FROM messages WHERE store = ?1 ORDER BY offset", 1);
        _delete = Prepare("DELETE FROM messages WHERE store = ?1 AND offset <= ?2", 2);
        _postpone = Prepare("UPDATE stores SET due = ?2 WHERE id = ?1", 2);
        _deleteKeys = Prepare("DELETE FROM keys WHERE id IN (SELECT id FROM keys WHERE expires <= ?1 LIMIT ?2)", 2);
        _deleteUsed = Prepare("DELETE FROM used WHERE id IN (SELECT id FROM used WHERE expires <= ?1 LIMIT ?2)", 2);
        _rules = new RulesWalk(database, transaction, stores, options, logger);
        _file = new FileShrinking(database, options);
    }

    /// <summary>Why something cannot be deleted; null when all can.</summary>
    public string? Fault => _fault;

    /// <summary>Whether a store is far over its limits.</summary>
    public bool IsPressing { get; private set; }

    /// <summary>Has all rows compared with the application's options, step by step.</summary>
    public void ApplyRules(RetentionRules rules) => _rules.Apply(rules);

    /// <summary>Looks at what a commit has made of a store.</summary>
    public void Note(Pending committed)
    {
        _committed += Cost(committed.Size);
        if (committed.Record?.Row is { Limits.IsKeyed: false } row && !_isDamaged)
            IsPressing |= row.Count > (2L * row.Limits.Capacity) + SlackMessages
                || (row.Count > 1 && row.Bytes - SlackBytes > row.Limits.MaxBytes && row.Bytes / 2 > row.Limits.MaxBytes);
    }

    /// <summary>Makes one step.</summary>
    /// <returns>Whether there is more to do.</returns>
    public bool Run()
    {
        IsPressing = false;
        (_step, _committed) = (StepRows + (CatchUp * _committed), 0);
        _left = _step;
        var (more, failed) = (false, false);
        Func<bool>[] parts = [_rules.Walk, VisitDue, () => Expire(_deleteKeys), () => Expire(_deleteUsed)]; // the walk finds what is due
        try
        {
            foreach (var part in parts)
                more |= TryPart(part, ref failed);
            more = more || _file.Shrink(_transaction.Now);
        }
        catch (Exception failure)
        {
            Fail(failure);
            return false;
        }

        if (!failed && !_isDamaged && _transaction.Now >= _faultUntil)
            _fault = null;
        return more;
    }

    public void Dispose()
    {
        _rules.Dispose();
        foreach (var statement in (Statement[])[_due, _oldest, _delete, _postpone, _deleteKeys, _deleteUsed])
            statement.Dispose();
    }

    private static int Cost(long bytes) => 1 + (int)(bytes / PageBytes);

    private bool TryPart(Func<bool> part, ref bool failed)
    {
        try
        {
            _transaction.Begin();
            var more = part();
            _transaction.Commit();
            ShowRemoved();
            return more;
        }
        catch (Exception failure)
        {
            _removed.Clear();
            _transaction.RollBack();
            if (SqliteErrors.IsOfAll(failure))
                throw;
            Fail(failure);
            failed = true;
            return false;
        }
    }

    private bool VisitDue()
    {
        while (_left > 0 && FindDue() is var (row, name))
        {
            _left--;
            var removed = _removed.Count;
            if (_transaction.Attempt(_stores.Find(name), () => Visit(row, name)) is not { } failure)
                continue;
            _removed.RemoveRange(removed, _removed.Count - removed);
            Fail(failure);
            _faultUntil = _transaction.Now + PostponeMilliseconds;
            _postpone.Execute(row.Id, _faultUntil);
        }

        return _left <= 0;
    }

    private (StoreRow Row, string Name)? FindDue()
    {
        using var found = _due.Query(_transaction.Now);
        return found.Read() ? (StoreRowReader.Read(found), StoreRowReader.ReadName(found)) : null;
    }

    /// <summary>Deletes of one store what is no longer kept.</summary>
    private void Visit(StoreRow row, string name)
    {
        var record = _stores.Find(name);
        var isForgotten = record is null && IsForgotten(row) && _rules.IsUndeclared(name);
        if (record is not null)
        {
            _transaction.Use(record);
            row = record.Draft;
        }

        if (isForgotten)
            row.Limits = row.Limits with { Capacity = 0 };
        if (!row.Limits.IsKeyed)
            Trim(ref row);
        else if (!isForgotten)
            row = TrimKeyed(record ?? new StoreRecord(name)); // nobody has it open: it is known for this step
        if (isForgotten && (row.Count == 0 || row.Limits.IsKeyed)) // some keys without the others would be another state
        {
            _transaction.Forget(row);
            return;
        }

        if (record is not null)
            record.Draft = row;
        _transaction.Update(row);
        var now = _transaction.Now;
        if (row.Due(_options.KeepUnusedStores) <= now && !row.IsOverLimits && !row.HasExpired(now))
            _postpone.Execute(row.Id, now + PostponeMilliseconds); // it could be forgotten, but must not be
    }

    private bool IsForgotten(in StoreRow row) =>
        (row.Count == 0 && row.Ended is null && StoreRow.IsExpired(row.Time, StoreRow.KeyLifetime, _transaction.Now))
        || (row.Ended is > 0 and var kept && row.Time + kept <= _transaction.Now)
        || (_options.KeepUnusedStores is { } unused && StoreRow.IsExpired(row.Time, unused, _transaction.Now));

    /// <summary>Removes the keys that were not set again in time, as a publisher would: readers that come back are told.</summary>
    private StoreRow TrimKeyed(StoreRecord record)
    {
        _transaction.Use(record);
        foreach (var key in _transaction.Keyed.FindExpired(ref record.Draft, (_left + 1) / 2, _transaction.Now))
        {
            _left -= 2; // it is replaced
            var removal = MessageContent.OfKey(record.Name, key, StoreChange.Delete, default);
            _removed.Add((record.Name, _transaction.AppendNext(record, removal), removal));
        }

        _transaction.Keyed.DropRemovals(ref record.Draft);
        return record.Draft;
    }

    /// <summary>A store that was opened meanwhile may have been read before the commit.</summary>
    private void ShowRemoved()
    {
        foreach (var (store, position, removal) in _removed)
            _stores.Find(store)?.Show(position, removal);
        _removed.Clear();
    }

    private void Trim(ref StoreRow row)
    {
        long? last = null;
        var isEmpty = true;
        using (var oldest = _oldest.Query(row.Id))
        {
            while (oldest.Read())
            {
                isEmpty = false;
                row.Oldest = oldest.GetInt64(1);
                if (_left <= 0 || !(row.IsOverLimits || row.HasExpired(_transaction.Now)))
                    break;
                last = oldest.GetInt64(0);
                var bytes = oldest.GetInt64(2) + (oldest.IsDBNull(3) ? 0 : oldest.GetString(3).Length);
                row.Count--;
                row.Bytes -= bytes;
                _left -= Cost(bytes);
            }
        }

        if (isEmpty || row.Count == 0)
            (row.Count, row.Bytes) = (0, 0); // also where another program has deleted them
        if (last is null)
            return;
        _delete.Execute(row.Id, last);
        _file.NoteDeletion();
    }

    private bool Expire(Statement delete) => delete.Execute(_transaction.Now, _step) == _step;

    private void Fail(Exception failure)
    {
        _fault = $"Messages that are no longer kept cannot be deleted. {SqliteErrors.Explain(failure, _database.Path)}";
        _isDamaged |= SqliteErrors.IsDamage(failure);
        _logger.RetentionFailed(failure, _database.Path);
    }
}
