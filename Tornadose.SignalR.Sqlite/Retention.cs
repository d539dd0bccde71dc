using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// Deletes what is no longer kept, of all stores that are in the database, whether or not anybody uses them: their limits are in their
/// rows. Runs on the writer's thread between transactions, in steps that are short, so that publishers hardly wait.
/// </summary>
internal sealed class Retention : IDisposable
{
    /// <summary>How much one step deletes or looks at.</summary>
    private const int StepRows = 1000;

    private const int StepPages = 1024;

    /// <summary>Free pages are kept for what comes next: the file shrinks when there are more than these, and more than a quarter of
    /// it.</summary>
    private const int SparePages = 256;

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
    private readonly Statement _next;
    private readonly Statement _oldest;
    private readonly Statement _delete;
    private readonly Statement _postpone;
    private readonly Statement _deleteMessages;
    private readonly Statement _deleteKeysOf;
    private readonly Statement _deleteStore;
    private readonly Statement _deleteKeys;
    private readonly Statement _deleteUsed;
    private volatile Func<string, MessageLogLimits?>? _newLimits;
    private Func<string, MessageLogLimits?>? _limitsOf;
    private long _walkedTo = long.MaxValue;
    private volatile string? _fault;
    private bool _isDamaged;
    private bool _hasDeleted;
    private bool _isShrinking;
    private long _nextShrink;

    public Retention(
        SqliteDatabase database, WriteTransaction transaction, OpenStores stores, SqliteBackplaneOptions options, ILogger logger)
    {
        (_database, _transaction, _stores, _options, _logger) = (database, transaction, stores, options, logger);
        Statement Prepare(string sql, int parameters) => new(database.Writer, sql, parameters);
        _due = Prepare($"SELECT {StoreRowReader.Columns} FROM stores WHERE due <= ?1 ORDER BY due LIMIT 1", 1);
        _next = Prepare($"SELECT {StoreRowReader.Columns}, due FROM stores WHERE id > ?1 ORDER BY id LIMIT {StepRows}", 1);
        _oldest = Prepare(
            $"SELECT offset, time, length(data), event FROM messages WHERE store = ?1 ORDER BY offset LIMIT {StepRows + 1}", 1);
        _delete = Prepare("DELETE FROM messages WHERE store = ?1 AND offset <= ?2", 2);
        _postpone = Prepare("UPDATE stores SET due = ?2 WHERE id = ?1", 2);
        _deleteMessages = Prepare(
            $"""
            DELETE FROM messages
            WHERE store = ?1 AND offset IN (SELECT offset FROM messages WHERE store = ?1 ORDER BY offset LIMIT {StepRows})
            """,
            1);
        _deleteKeysOf = Prepare("DELETE FROM keys WHERE store = ?1", 1);
        _deleteStore = Prepare("DELETE FROM stores WHERE id = ?1", 1);
        _deleteKeys = Prepare($"DELETE FROM keys WHERE id IN (SELECT id FROM keys WHERE expires <= ?1 LIMIT {StepRows})", 1);
        _deleteUsed = Prepare($"DELETE FROM used WHERE id IN (SELECT id FROM used WHERE expires <= ?1 LIMIT {StepRows})", 1);
    }

    /// <summary>Why something cannot be deleted; null when all can.</summary>
    public string? Fault => _fault;

    /// <summary>Whether a store is far over its limits.</summary>
    public bool IsPressing { get; private set; }

    /// <summary>Has all rows compared with the application's options, step by step.</summary>
    public void ApplyLimits(Func<string, MessageLogLimits?> limitsOf) => _newLimits = limitsOf;

    /// <summary>Looks at what a commit has made of a store.</summary>
    public void Note(StoreRecord? record)
    {
        if (record?.Row is { } row && !_isDamaged)
            IsPressing |= row.Count > (2L * row.Limits.Capacity) + SlackMessages
                || (row.Count > 1 && row.Bytes - SlackBytes > row.Limits.MaxBytes && row.Bytes / 2 > row.Limits.MaxBytes);
    }

    /// <summary>Makes one step.</summary>
    /// <returns>Whether there is more to do.</returns>
    public bool Run()
    {
        IsPressing = false;
        StoreRow? current = null;
        try
        {
            if (Interlocked.Exchange(ref _newLimits, null) is { } limitsOf)
                (_limitsOf, _walkedTo) = (limitsOf, 0);
            _transaction.Begin();
            var more = Walk(); // first, as it finds what is due
            var steps = StepRows;
            while (steps > 0 && FindDue() is var (row, name))
            {
                current = row;
                steps -= Visit(row, name);
                current = null;
            }

            more |= steps <= 0 | Expire(_deleteKeys) | Expire(_deleteUsed);
            _transaction.Commit();
            more = more || Shrink();
            if (!_isDamaged)
                _fault = null;
            return more;
        }
        catch (Exception failure)
        {
            _transaction.RollBack();
            return Fail(failure, current);
        }
    }

    public void Dispose()
    {
        foreach (var statement in (Statement[])[
            _due, _next, _oldest, _delete, _postpone, _deleteMessages, _deleteKeysOf, _deleteStore, _deleteKeys, _deleteUsed])
            statement.Dispose();
    }

    private (StoreRow Row, string Name)? FindDue()
    {
        using var found = _due.Query(_transaction.Now);
        return found.Read() ? (StoreRowReader.Read(found), StoreRowReader.ReadName(found)) : null;
    }

    /// <summary>Deletes of one store what is no longer kept.</summary>
    /// <returns>How much was done.</returns>
    private int Visit(StoreRow row, string name)
    {
        var record = _stores.Find(name);
        if (record is null && IsForgotten(row))
            return Forget(row);
        if (record is not null)
        {
            _transaction.Use(record);
            row = record.Draft;
        }

        var deleted = Trim(ref row);
        if (record is not null)
            record.Draft = row;
        _transaction.Update(row);
        if (row.Due(_options.KeepUnusedStores) is { } due && due <= _transaction.Now && !row.IsOverLimits && !HasExpired(row))
            _postpone.Execute(row.Id, _transaction.Now + PostponeMilliseconds); // it could be forgotten, but is in use
        return deleted + 1;
    }

    private bool HasExpired(in StoreRow row) => row.Count > 0 && row.Limits.MaxAge is { } age && IsExpired(row.Oldest, age);

    private bool IsExpired(long time, TimeSpan age) => time + age.TotalMilliseconds <= _transaction.Now;

    private bool IsForgotten(in StoreRow row) =>
        (row.Count == 0 && row.Ended is null && IsExpired(row.Time, StoreRow.KeyLifetime))
        || (row.Ended is > 0 and var kept && row.Time + kept <= _transaction.Now)
        || (_options.KeepUnusedStores is { } unused && IsExpired(row.Time, unused));

    /// <summary>Deletes a store that nobody uses. Its next message begins a new epoch, which tells those who hold its ids.</summary>
    private int Forget(in StoreRow row)
    {
        var deleted = _deleteMessages.Execute(row.Id);
        _hasDeleted |= deleted > 0;
        if (deleted == StepRows)
            return deleted; // the rest with the next step: it is still due
        _deleteKeysOf.Execute(row.Id);
        _deleteStore.Execute(row.Id);
        return deleted + 1;
    }

    private int Trim(ref StoreRow row)
    {
        var deleted = 0;
        long last = 0;
        var isEmpty = true;
        using (var oldest = _oldest.Query(row.Id))
        {
            while (oldest.Read())
            {
                isEmpty = false;
                row.Oldest = oldest.GetInt64(1);
                if (deleted == StepRows || !(row.IsOverLimits || HasExpired(row)))
                    break;
                last = oldest.GetInt64(0);
                row.Count--;
                row.Bytes -= oldest.GetInt64(2) + (oldest.IsDBNull(3) ? 0 : oldest.GetString(3).Length);
                deleted++;
            }
        }

        if (isEmpty || row.Count == 0)
            (row.Count, row.Bytes) = (0, 0); // also where another program has deleted them
        if (deleted == 0)
            return 0;
        _delete.Execute(row.Id, last);
        _hasDeleted = true;
        return deleted;
    }

    /// <summary>Compares some rows with the application's options: stores that nobody opens would keep what they had.</summary>
    private bool Walk()
    {
        if (_walkedTo == long.MaxValue)
            return false;
        var rows = new List<(StoreRow Row, string Name, long? Due)>();
        using (var found = _next.Query(_walkedTo))
            while (found.Read())
                rows.Add((StoreRowReader.Read(found), StoreRowReader.ReadName(found), found.IsDBNull(13) ? null : found.GetInt64(13)));
        foreach (var (row, name, due) in rows)
        {
            if (_stores.Find(name) is { } record)
                _transaction.Use(record); // the commit writes what differs
            else
                Apply(row, _limitsOf!(name) ?? row.Limits, due);
        }

        _walkedTo = rows.Count < StepRows ? long.MaxValue : rows[^1].Row.Id;
        return _walkedTo != long.MaxValue;
    }

    private void Apply(StoreRow row, MessageLogLimits limits, long? due)
    {
        var before = row.Limits;
        row.Limits = limits with { NewestSuffices = false, KeepCompleted = null };
        if (row.Limits != before || row.Due(_options.KeepUnusedStores) != due)
            _transaction.Update(row);
    }

    private bool Expire(Statement delete) => delete.Execute(_transaction.Now) == StepRows;

    /// <summary>
    /// Gives pages back to the file system, and what was deleted is no longer in the write-ahead log either. Once an interval: it costs
    /// flushes, and busy stores are over their limits more often.
    /// </summary>
    private bool Shrink()
    {
        if (!_isShrinking && _transaction.Now < _nextShrink)
            return false;
        var free = Read("PRAGMA freelist_count");
        if (free > SparePages && free * 4 > Read("PRAGMA page_count"))
        {
            RunToEnd($"PRAGMA incremental_vacuum({StepPages})");
            _isShrinking = _hasDeleted = true;
            return true;
        }

        if (!_hasDeleted)
            return false;
        RunToEnd("PRAGMA wal_checkpoint(TRUNCATE)");
        _isShrinking = _hasDeleted = false;
        _nextShrink = _transaction.Now + (long)_options.RetentionInterval.TotalMilliseconds;
        return false;
    }

    private long Read(string sql)
    {
        using var statement = new Statement(_database.Writer, sql);
        return statement.Scalar();
    }

    private void RunToEnd(string sql)
    {
        using var statement = new Statement(_database.Writer, sql);
        using var rows = statement.Query();
        while (rows.Read())
        {
        }
    }

    /// <summary>A store whose messages cannot be deleted must not keep others from being looked at.</summary>
    private bool Fail(Exception failure, StoreRow? current)
    {
        _fault = $"Messages that are no longer kept cannot be deleted. {SqliteErrors.Explain(failure, _database.Path)}";
        _isDamaged |= SqliteErrors.IsDamage(failure);
        _logger.RetentionFailed(failure, _database.Path);
        if (current is not { } row || SqliteErrors.IsOfAll(failure))
            return false;
        _postpone.Execute(row.Id, _transaction.Now + PostponeMilliseconds);
        return true;
    }
}
