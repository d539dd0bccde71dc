using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// The statements of the writer's transactions. What the writer knows of a store's row is changed with the transaction: drafts become rows
/// when it is committed, and rows are read anew when it is not.
/// </summary>
internal sealed class WriteTransaction(SqliteConnection connection, SqliteBackplaneOptions options, TimeProvider time) : IDisposable
{
    private readonly HashSet<StoreRecord> _used = [];
    private readonly Statement _begin = new(connection, "BEGIN IMMEDIATE");
    private readonly Statement _commit = new(connection, "COMMIT");
    private readonly Statement _rollback = new(connection, "ROLLBACK");
    private readonly Statement _savepoint = new(connection, "SAVEPOINT part");
    private readonly Statement _rollBackTo = new(connection, "ROLLBACK TO part");
    private readonly Statement _release = new(connection, "RELEASE part");
    private readonly Statement _try = new(connection, "SAVEPOINT try");
    private readonly Statement _takeBack = new(connection, "ROLLBACK TO try");
    private readonly Statement _endTry = new(connection, "RELEASE try");
    private readonly Statement _find = new(
        connection, $"SELECT {StoreRowReader.Columns} FROM stores WHERE name = ?1", 1);
    private readonly Statement _create = new(
        connection,
        """
        INSERT INTO stores(name, epoch, offset, tag, time, count, bytes, oldest, capacity, max_bytes)
        VALUES(?1, ?2, 0, 0, ?3, 0, 0, 0, 0, 0)
        RETURNING id
        """,
        3);
    private readonly Statement _update = new(
        connection,
        """
        UPDATE stores SET offset = ?2, tag = ?3, time = ?4, count = ?5, bytes = ?6, oldest = ?7,
            capacity = ?8, max_bytes = ?9, max_age = ?10, due = ?11, ended = ?12
        WHERE id = ?1
        """,
        12);
    private readonly Statement _append = new(
        connection, "INSERT INTO messages(store, offset, tag, time, format, event, data) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)", 7);
    private readonly Statement _findKey = new(connection, "SELECT offset, tag FROM keys WHERE store = ?1 AND key = ?2 AND expires > ?3", 3);
    private readonly Statement _addKey = new(
        connection, "INSERT OR REPLACE INTO keys(store, key, offset, tag, expires) VALUES(?1, ?2, ?3, ?4, ?5)", 5);
    private readonly Statement _mark = new(
        connection,
        """
        INSERT INTO used(id, expires) VALUES(?1, ?2)
        ON CONFLICT(id) DO UPDATE SET expires = excluded.expires WHERE expires <= ?3
        """,
        3);

    public SqliteConnection Connection => connection;

    /// <summary>The time of the transaction, in milliseconds since 1970.</summary>
    public long Now { get; private set; }

    public void Begin()
    {
        Now = time.GetUtcNow().ToUnixTimeMilliseconds();
        _begin.Execute();
    }

    /// <summary>Makes a store's row the transaction's: reads it, or writes it for a store that has none.</summary>
    public void Use(StoreRecord record)
    {
        if (!_used.Add(record))
            return;
        record.Row ??= Find(record);
        record.Draft = record.Row ?? new StoreRow { Position = new MessagePosition(record.NewEpoch, 0, 0), Time = Now };
        if (record.Limits is { } limits)
            record.Draft.Limits = limits;
    }

    public void Append(StoreRecord record, MessagePosition position, MessageContent content)
    {
        ref var row = ref record.Draft;
        if (row.Id == 0)
            row.Id = _create.Scalar(record.Name, (long)position.Epoch, Now);
        row.Position = position;
        row.Time = Now;
        if (content.IsEnd)
            row.Ended = (long)(record.Limits?.KeepCompleted?.TotalMilliseconds ?? 0);
        if (row.Limits.Capacity == 0 || content.IsEnd)
            return;
        if (row.Count == 0)
            row.Oldest = Now;
        row.Count++;
        row.Bytes += content.Size;
        _append.Execute(row.Id, position.Offset, (long)position.Tag, Now, (long)content.Format, content.EventType, BytesOf(content.Data));
    }

    public MessagePosition? FindKey(in StoreRow row, string key)
    {
        if (row.Id == 0)
            return null;
        using var found = _findKey.Query(row.Id, key, Now);
        return found.Read() ? new MessagePosition(row.Position.Epoch, found.GetInt64(0), (uint)found.GetInt64(1)) : null;
    }

    public void AddKey(in StoreRow row, string key, MessagePosition position) =>
        _addKey.Execute(row.Id, key, position.Offset, (long)position.Tag, After(StoreRow.KeyLifetime));

    /// <summary>Remembers that something was used.</summary>
    /// <returns>False when it was used before.</returns>
    public bool Mark(string id, TimeSpan lifetime) => _mark.Execute(id, After(lifetime), Now) == 1;

    /// <summary>
    /// Does a part of the transaction that concerns one store, or none, and leaves nothing of it where it fails.
    /// </summary>
    /// <returns>What failed; null when nothing did. What would fail for all stores is thrown.</returns>
    public Exception? Attempt(StoreRecord? record, Action part)
    {
        _savepoint.Execute();
        try
        {
            part();
            _release.Execute();
            return null;
        }
        catch (Exception failure) when (!SqliteErrors.IsOfAll(failure))
        {
            _rollBackTo.Execute();
            _release.Execute();
            if (record is not null && _used.Remove(record))
                record.ForgetRow();
            return failure;
        }
    }

    /// <summary>Writes a message, and takes it back.</summary>
    public void TryAppend(StoreRecord record)
    {
        Use(record);
        var draft = record.Draft;
        _try.Execute();
        Append(
            record, new MessagePosition(draft.Position.Epoch, draft.Position.Offset + 1, 1),
            new MessageContent(new byte[1], MessageFormat.Text, null));
        Update(record.Draft);
        _takeBack.Execute();
        _endTry.Execute();
        record.Draft = draft;
    }

    /// <summary>Writes what the transaction has made of the rows.</summary>
    public void UpdateDrafts()
    {
        foreach (var record in _used)
            UpdateDraft(record);
    }

    /// <summary>Writes what the transaction has made of a row.</summary>
    public void UpdateDraft(StoreRecord record)
    {
        if (record.Draft.Id != 0 && record.Draft != record.Row)
            Update(record.Draft);
    }

    public void Commit()
    {
        _commit.Execute();
        foreach (var record in _used)
            record.Row = record.Draft.Id == 0 ? null : record.Draft;
        _used.Clear();
    }

    /// <summary>Writes a store's row. Part of the transaction.</summary>
    public void Update(in StoreRow row)
    {
        var changed = _update.Execute(
            row.Id, row.Position.Offset, (long)row.Position.Tag, row.Time, row.Count, row.Bytes, row.Oldest,
            (long)row.Limits.Capacity, row.Limits.MaxBytes, (long?)row.Limits.MaxAge?.TotalMilliseconds, row.Due(options.KeepUnusedStores),
            row.Ended);
        if (changed != 1)
            throw new InvalidDataException("Another program has deleted the row of a store.");
    }

    /// <summary>Ends what is left of a transaction that failed, and forgets what is known of the rows that it has changed.</summary>
    public void RollBack()
    {
        foreach (var record in _used)
            record.ForgetRow();
        _used.Clear();
        try
        {
            _rollback.Execute();
        }
        catch (SqliteException)
        {
            // SQLite ends a transaction by itself when the disk is full or fails.
        }
    }

    public void Dispose()
    {
        foreach (var statement in (Statement[])[
            _begin, _commit, _rollback, _savepoint, _rollBackTo, _release, _try, _takeBack, _endTry, _find, _create, _update, _append,
            _findKey, _addKey, _mark])
            statement.Dispose();
    }

    private StoreRow? Find(StoreRecord record)
    {
        using var found = _find.Query(record.Name);
        return found.Read() ? StoreRowReader.Read(found) : null;
    }

    private long After(TimeSpan lifetime) => Now + (long)lifetime.TotalMilliseconds;

    private static byte[] BytesOf(ReadOnlyMemory<byte> data) =>
        MemoryMarshal.TryGetArray(data, out var segment) && segment.Count == segment.Array!.Length ? segment.Array : data.ToArray();
}
