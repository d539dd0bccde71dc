using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>Deletes from the stores that are due, by the time in their rows, earliest first.</summary>
internal sealed class DueStores(
    SqliteDatabase database, WriteTransaction transaction, OpenStores stores, RulesWalk rules, FileShrinking file,
    SqliteBackplaneOptions options, Action<Exception, long> postponed) : IDisposable
{
    /// <summary>How many bytes cost as much as a further row.</summary>
    private const int PageBytes = 4096;

    /// <summary>How long a store is skipped after a failure.</summary>
    private const long PostponeMilliseconds = 60_000;

    private readonly Statement _due = new(
        database.Writer, $"SELECT {StoreRowReader.Columns} FROM stores WHERE due <= ?1 ORDER BY due LIMIT 1", 1);

    private readonly Statement _oldest = new(
        database.Writer, "SELECT offset, time, length(data), event FROM messages WHERE store = ?1 ORDER BY offset", 1);

    private readonly Statement _delete = new(database.Writer, "DELETE FROM messages WHERE store = ?1 AND offset <= ?2", 2);
    private readonly Statement _postpone = new(database.Writer, "UPDATE stores SET due = ?2 WHERE id = ?1", 2);
    private readonly List<(string Store, MessagePosition Position, MessageContent Removal)> _removed = [];
    private long _left;

    /// <summary>The cost, in rows, of deleting a message of so many bytes.</summary>
    public static int Cost(long bytes) => 1 + (int)(bytes / PageBytes);

    /// <summary>Makes one step, as part of the transaction.</summary>
    /// <param name="rows">How many rows it deletes or looks at.</param>
    /// <returns>Whether there is more to do.</returns>
    public bool Visit(long rows)
    {
        _left = rows;
        while (_left > 0 && FindDue() is var (row, name))
        {
            _left--;
            var removed = _removed.Count;
            if (transaction.Attempt(stores.Find(name), () => Visit(row, name)) is not { } failure)
                continue;
            _removed.RemoveRange(removed, _removed.Count - removed);
            var until = transaction.Now + PostponeMilliseconds;
            postponed(failure, until);
            _postpone.Execute(row.Id, until);
        }

        return _left <= 0;
    }

    /// <summary>Shows readers the removed keys after the commit: the store may have been opened, and read, before it.</summary>
    public void ShowRemoved()
    {
        foreach (var (store, position, removal) in _removed)
            stores.Find(store)?.Show(position, removal);
        _removed.Clear();
    }

    /// <summary>Nothing was committed: there is nothing to show.</summary>
    public void DropRemoved() => _removed.Clear();

    public void Dispose()
    {
        foreach (var statement in (Statement[])[_due, _oldest, _delete, _postpone])
            statement.Dispose();
    }

    private (StoreRow Row, string Name)? FindDue()
    {
        using var found = _due.Query(transaction.Now);
        return found.Read() ? (StoreRowReader.Read(found), StoreRowReader.ReadName(found)) : null;
    }

    /// <summary>Deletes what one store no longer keeps.</summary>
    private void Visit(StoreRow row, string name)
    {
        var record = stores.Find(name);
        var isForgotten = record is null && IsForgotten(row) && rules.IsUndeclared(name);
        if (record is not null)
        {
            transaction.Use(record);
            row = record.Draft;
        }

        if (isForgotten)
            row.Limits = row.Limits with { Capacity = 0 };
        if (!row.Limits.IsKeyed)
            Trim(ref row);
        else if (!isForgotten)
            row = TrimKeyed(record ?? new StoreRecord(name)); // nobody has it open: the record is for this step only
        if (isForgotten && (row.Count == 0 || row.Limits.IsKeyed)) // with only some keys deleted it would be another state
        {
            transaction.Forget(row);
            return;
        }

        if (record is not null)
            record.Draft = row;
        transaction.Update(row);
        var now = transaction.Now;
        if (row.Due(options.KeepUnusedStores) <= now && !row.IsOverLimits && !row.HasExpired(now))
            _postpone.Execute(row.Id, now + PostponeMilliseconds); // due to be forgotten, but open or declared
    }

    private bool IsForgotten(in StoreRow row) =>
        (row.Count == 0 && row.Ended is null && StoreRow.IsExpired(row.Time, StoreRow.KeyLifetime, transaction.Now))
        || (row.Ended is > 0 and var kept && row.Time + kept <= transaction.Now)
        || (options.KeepUnusedStores is { } unused && StoreRow.IsExpired(row.Time, unused, transaction.Now));

    /// <summary>
    /// Removes the keys that were not set again in time, as a publisher would, so that readers that resume get the removals.
    /// </summary>
    private StoreRow TrimKeyed(StoreRecord record)
    {
        transaction.Use(record);
        foreach (var key in transaction.Keyed.FindExpired(ref record.Draft, (_left + 1) / 2, transaction.Now))
        {
            _left -= 2; // the row of the value is deleted, and that of the removal inserted
            var removal = MessageContent.OfKey(record.Name, key, StoreChange.Delete, default);
            _removed.Add((record.Name, transaction.AppendNext(record, removal), removal));
        }

        transaction.Keyed.DropRemovals(ref record.Draft);
        return record.Draft;
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
                if (_left <= 0 || !(row.IsOverLimits || row.HasExpired(transaction.Now)))
                    break;
                last = oldest.GetInt64(0);
                var bytes = oldest.GetInt64(2) + (oldest.IsDBNull(3) ? 0 : oldest.GetString(3).Length);
                row.Count--;
                row.Bytes -= bytes;
                _left -= Cost(bytes);
            }
        }

        if (isEmpty || row.Count == 0)
            (row.Count, row.Bytes) = (0, 0); // also if another program has deleted them
        if (last is null)
            return;
        _delete.Execute(row.Id, last);
        file.NoteDeletion();
    }
}
