using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// Deletes what is no longer kept, for all stores in the database, whether or not they are in use: their limits are in their rows. Runs on
/// the writer's thread between transactions, in short steps, so that publishers hardly wait.
/// </summary>
/// <remarks>
/// Invariants. A step deletes more than was committed since the last one, so that it catches up at any publish rate. A failure of one
/// store holds up only that store, and a failure in one part of a step only that part.
/// </remarks>
internal sealed class Retention : IDisposable
{
    /// <summary>
    /// How many rows one step deletes or looks at, in addition to <see cref="CatchUp"/> times what was committed since the last one.
    /// </summary>
    private const int StepRows = 1000;

    private const int CatchUp = 3;

    /// <summary>How far a store may exceed its limits before retention no longer waits for its interval.</summary>
    private const int SlackMessages = 1024;

    private const int SlackBytes = 1024 * 1024;

    private readonly SqliteDatabase _database;
    private readonly WriteTransaction _transaction;
    private readonly ILogger _logger;
    private readonly Statement _deleteKeys;
    private readonly Statement _deleteUsed;
    private readonly RulesWalk _rules;
    private readonly DueStores _due;
    private readonly FileShrinking _file;
    private long _committed;
    private long _step;
    private volatile string? _fault;
    private bool _isDamaged;
    private long _faultUntil;

    public Retention(
        SqliteDatabase database, WriteTransaction transaction, OpenStores stores, SqliteBackplaneOptions options, ILogger logger)
    {
        (_database, _transaction, _logger) = (database, transaction, logger);
        _deleteKeys = new(database.Writer, "DELETE FROM keys WHERE id IN (SELECT id FROM keys WHERE expires <= ?1 LIMIT ?2)", 2);
        _deleteUsed = new(database.Writer, "DELETE FROM used WHERE id IN (SELECT id FROM used WHERE expires <= ?1 LIMIT ?2)", 2);
        _rules = new RulesWalk(database, transaction, stores, options, logger);
        _file = new FileShrinking(database, options);
        _due = new DueStores(database, transaction, stores, _rules, _file, options, Postpone);
    }

    /// <summary>Why something cannot be deleted; null when everything can.</summary>
    public string? Fault => _fault;

    /// <summary>Whether a store is far over its limits.</summary>
    public bool IsPressing { get; private set; }

    /// <summary>Starts to compare all rows with the application's options, step by step.</summary>
    public void ApplyRules(RetentionRules rules) => _rules.Apply(rules);

    /// <summary>Checks the size of a store after a commit.</summary>
    public void Note(Pending committed)
    {
        _committed += DueStores.Cost(committed.Size);
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
        var (more, failed) = (false, false);
        Func<bool>[] parts =
            [_rules.Walk, () => _due.Visit(_step), () => Expire(_deleteKeys), () => Expire(_deleteUsed)]; // the walk finds what is due
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
        _due.Dispose();
        _deleteKeys.Dispose();
        _deleteUsed.Dispose();
    }

    private bool TryPart(Func<bool> part, ref bool failed)
    {
        try
        {
            _transaction.Begin();
            var more = part();
            _transaction.Commit();
            _rules.Advance();
            _due.ShowRemoved();
            return more;
        }
        catch (Exception failure)
        {
            _due.DropRemoved();
            _transaction.RollBack();
            if (SqliteErrors.IsOfAll(failure))
                throw;
            _rules.Advance();
            Fail(failure);
            failed = true;
            return false;
        }
    }

    private bool Expire(Statement delete) => delete.Execute(_transaction.Now, _step) == _step;

    /// <summary>A store is skipped for a while, and the fault is reported for as long.</summary>
    private void Postpone(Exception failure, long until)
    {
        Fail(failure);
        _faultUntil = until;
    }

    private void Fail(Exception failure)
    {
        _fault = $"Messages that are no longer kept cannot be deleted. {SqliteErrors.Explain(failure, _database.Path)}";
        _isDamaged |= SqliteErrors.IsDamage(failure);
        _logger.RetentionFailed(failure, _database.Path);
    }
}
