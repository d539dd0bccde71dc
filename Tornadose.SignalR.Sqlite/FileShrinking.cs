namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// Gives the pages that deletions have freed back to the file system, and truncates the write-ahead log, which has what was deleted still.
/// Once an interval: it costs flushes, and busy stores are over their limits more often.
/// </summary>
internal sealed class FileShrinking(SqliteDatabase database, SqliteBackplaneOptions options)
{
    private const int StepPages = 1024;

    /// <summary>Free pages are kept for what comes next: the file shrinks when there are more than these, and more than a quarter of
    /// it.</summary>
    private const int SparePages = 256;

    private bool _hasDeleted;
    private bool _isShrinking;
    private long _next;

    /// <summary>Says that messages were deleted: there may be pages to give back.</summary>
    public void NoteDeletion() => _hasDeleted = true;

    /// <summary>Makes one step, outside of a transaction.</summary>
    /// <returns>Whether there is more to give back at once.</returns>
    public bool Shrink(long now)
    {
        if (!_isShrinking && now < _next)
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
        // Not done while another program still reads from before: again with the next interval.
        _hasDeleted = Read("PRAGMA wal_checkpoint(TRUNCATE)") != 0;
        _isShrinking = false;
        _next = now + (long)options.RetentionInterval.TotalMilliseconds;
        return false;
    }

    private long Read(string sql)
    {
        using var statement = new Statement(database.Writer, sql);
        return statement.Scalar();
    }

    private void RunToEnd(string sql)
    {
        using var statement = new Statement(database.Writer, sql);
        using var rows = statement.Query();
        while (rows.Read())
        {
        }
    }
}
