using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// Compares the limits in the rows of all stores with the application's options, some rows per step. Otherwise a store that nobody opens
/// would keep the limits that it had when it was last open.
/// </summary>
internal sealed class RulesWalk(
    SqliteDatabase database, WriteTransaction transaction, OpenStores stores, SqliteBackplaneOptions options, ILogger logger) : IDisposable
{
    private const int StepRows = 1000;

    private readonly Statement _next = new(
        database.Writer, $"SELECT {StoreRowReader.Columns}, due FROM stores WHERE id > ?1 ORDER BY id LIMIT {StepRows}", 1);

    private RetentionRules? _newRules;
    private RetentionRules? _rules;
    private bool _rulesFailed;
    private long _walkedTo = long.MaxValue;
    private long _reached = long.MaxValue;

    /// <summary>Starts to compare all rows with these rules at the next step. May be called on any thread.</summary>
    public void Apply(RetentionRules rules) => Volatile.Write(ref _newRules, rules);

    /// <summary>Whether the application is known to have no store of exactly this name.</summary>
    public bool IsUndeclared(string name) => _rules?.IsDeclared(name) == false;

    /// <summary>Makes one step, as part of the transaction.</summary>
    /// <returns>Whether there are more rows.</returns>
    public bool Walk()
    {
        if (Interlocked.Exchange(ref _newRules, null) is { } rules)
            (_rules, _rulesFailed, _walkedTo) = (rules, false, 0);
        if (_walkedTo == long.MaxValue)
            return false;
        _reached = long.MaxValue; // rows that cannot be read must not be read again at each step
        var rows = new List<(StoreRow Row, string Name, long? Due)>();
        using (var found = _next.Query(_walkedTo))
            while (found.Read())
                rows.Add((StoreRowReader.Read(found), StoreRowReader.ReadName(found),
                    found.IsDBNull(StoreRowReader.NextColumn) ? null : found.GetInt64(StoreRowReader.NextColumn)));
        foreach (var (row, name, due) in rows)
        {
            if (stores.Find(name) is { } record)
                transaction.Use(record);
            else
                Update(row, LimitsOf(name) ?? row.Limits, due);
        }

        transaction.UpdateDrafts();
        if (rows.Count == StepRows)
            _reached = rows[^1].Row.Id;
        return _reached != long.MaxValue;
    }

    /// <summary>
    /// Lets the next step begin after the last one. Not called if the whole database failed, for example because the disk is full: then
    /// the step is repeated.
    /// </summary>
    public void Advance() => _walkedTo = _reached;

    public void Dispose() => _next.Dispose();

    /// <summary>Options that cannot be read after a reload must not stop the walk: the stores keep their limits.</summary>
    private MessageLogLimits? LimitsOf(string name)
    {
        try
        {
            return _rules!.LimitsOf(name);
        }
        catch (Exception failure)
        {
            if (!_rulesFailed)
                logger.LimitsFailed(failure, name);
            _rulesFailed = true;
            return null;
        }
    }

    private void Update(StoreRow row, MessageLogLimits limits, long? due)
    {
        if (limits.IsKeyed != row.Limits.IsKeyed)
        {
            transaction.Forget(row);
            return;
        }

        var before = row.Limits;
        row.Limits = limits;
        if (row.Limits != before || row.Due(options.KeepUnusedStores) != due)
            transaction.Update(row);
    }
}
