namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// Returns the pages that deletions have freed to the file system, and truncates the write-ahead log, which still contains what was
/// deleted. Once per interval: it costs flushes, and busy stores exceed their limits more often.
/// </summary>
internal sealed class FileShrinking(SqliteDatabase database, SqliteBackplaneOptions options)
{
    private const int StepPages = 1024;

    /// <summary>
    /// Free pages are kept for new messages: the file shrinks when more than these, and more than a quarter of its pages, are free.
    /// </summary>
    private const int SparePages = 256;

    private bool _hasDeleted;
    private bool _isShrinking;
    private long _next;

    /// <summary>Notes that messages were deleted, so that there may be pages to return.</summary>
    public void NoteDeletion() => _hasDeleted = true;

    /// <summary>Makes one step, outside a transaction.</summary>
    /// <returns>Whether there are more pages to return at once.</returns>
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
        // Incomplete while another program still reads an older state; then it is done again at the next interval.
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
