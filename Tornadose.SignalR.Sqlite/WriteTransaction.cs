using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// The statements of the writer's transactions. The writer's copies of the stores' rows follow the transaction: drafts become rows when it
/// is committed, and rows are read again when it is not.
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
            capacity = ?8, max_bytes = ?9, max_age = ?10, due = ?11, ended = ?12,
            max_keys = ?13, max_tombstones = ?14, key_max_age = ?15, removals = ?16, forgotten = ?17
        WHERE id = ?1
        """,
        17);
    private readonly Statement _append = new(
        connection,
        """
        INSERT INTO messages(store, offset, tag, time, format, event, data, key, change) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        """,
        9);
    private readonly Statement _deleteMessages = new(connection, "DELETE FROM messages WHERE store = ?1", 1);
    private readonly Statement _deleteKeys = new(connection, "DELETE FROM keys WHERE store = ?1", 1);
    private readonly Statement _deleteStore = new(connection, "DELETE FROM stores WHERE id = ?1", 1);
    private readonly Statement _findKey = new(
        connection, "SELECT offset, tag FROM keys WHERE store = ?1 AND key = ?2 AND expires > ?3", 3);
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

    /// <summary>The messages of keyed stores.</summary>
    public KeyedMessages Keyed { get; } = new(connection);

    /// <summary>The time of the transaction, in milliseconds since 1970.</summary>
    public long Now { get; private set; }

    public void Begin()
    {
        Now = time.GetUtcNow().ToUnixTimeMilliseconds();
        _begin.Execute();
    }

    /// <summary>Adds a store to the transaction: reads its row, or begins a draft for a store that has none.</summary>
    public void Use(StoreRecord record)
    {
        if (!_used.Add(record))
            return;
        record.Row ??= Find(record);
        if (record.Row is { } row && record.Limits is { } kind && kind.IsKeyed != row.Limits.IsKeyed)
        {
            Forget(row); // the store has become keyed, or no longer is: it starts again, empty
            record.Row = null;
        }

        record.Draft = record.Row ?? new StoreRow { Position = new MessagePosition(record.NewEpoch, 0, 0), Time = Now };
        if (record.Limits is { } limits)
            record.Draft.Limits = limits;
    }

    /// <summary>Appends at the next position.</summary>
    public MessagePosition AppendNext(StoreRecord record, MessageContent content)
    {
        var last = record.Draft.Position;
        var position = new MessagePosition(last.Epoch, last.Offset + 1, NewTag());
        Append(record, position, content);
        return position;
    }

    private void Append(StoreRecord record, MessagePosition position, MessageContent content)
    {
        ref var row = ref record.Draft;
        if (row.Id == 0)
            row.Id = _create.Scalar(record.Name, (long)position.Epoch, Now);
        row.Position = position;
        row.Time = Now;
        if (content.IsEnd)
            row.Ended = (long)(record.Limits?.KeepCompleted?.TotalMilliseconds ?? 0);
        if (content.Change != StoreChange.None)
            Replace(ref row, position, content);
        else if (row.Limits.Capacity > 0 && !content.IsEnd)
            Add(ref row, position, content, content.Data, null, null);
    }

    /// <summary>Deletes a store. Its next message begins a new epoch, so that a resume after an old id gets a reset.</summary>
    public void Forget(in StoreRow row)
    {
        _deleteMessages.Execute(row.Id);
        _deleteKeys.Execute(row.Id);
        _deleteStore.Execute(row.Id);
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

    /// <summary>Records that a ticket is used.</summary>
    /// <returns>False when it was used before.</returns>
    public bool Mark(string id, TimeSpan lifetime) => _mark.Execute(id, After(lifetime), Now) == 1;

    /// <summary>Runs a part of the transaction that concerns one store, or none, and rolls that part back if it fails.</summary>
    /// <returns>The failure; null when there was none. A failure that would affect all stores is thrown.</returns>
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

    /// <summary>Writes a message, and rolls it back.</summary>
    public void TryAppend(StoreRecord record)
    {
        Use(record);
        var draft = record.Draft;
        _try.Execute();
        AppendNext(record, new MessageContent(new byte[1], MessageFormat.Text, null));
        Update(record.Draft);
        _takeBack.Execute();
        _endTry.Execute();
        record.Draft = draft;
    }

    /// <summary>Writes the rows that the transaction has changed.</summary>
    public void UpdateDrafts()
    {
        foreach (var record in _used)
            UpdateDraft(record);
    }

    /// <summary>Writes a row if the transaction has changed it.</summary>
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
            row.Ended, (long)row.Limits.MaxKeys, (long)row.Limits.MaxTombstones, (long?)row.Limits.KeyMaxAge?.TotalMilliseconds,
            row.Removals, row.Forgotten);
        if (changed != 1)
            throw new InvalidDataException("Another program has deleted the row of a store.");
    }

    /// <summary>Ends what is left of a failed transaction, and forgets the rows that it has used.</summary>
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
        Keyed.Dispose();
        foreach (var statement in (Statement[])[
            _begin, _commit, _rollback, _savepoint, _rollBackTo, _release, _try, _takeBack, _endTry, _find, _create, _update, _append,
            _findKey, _addKey, _mark, _deleteMessages, _deleteKeys, _deleteStore])
            statement.Dispose();
    }

    /// <summary>Appends a change of a keyed store, in place of the key's last one; a removal of all keys replaces all.</summary>
    private void Replace(ref StoreRow row, MessagePosition position, MessageContent content)
    {
        if (content.Change == StoreChange.Clear)
        {
            _deleteMessages.Execute(row.Id);
            (row.Count, row.Bytes, row.Removals, row.Forgotten) = (0, 0, 0, 0);
        }
        else
        {
            Keyed.TakeOut(ref row, content.Key!);
        }

        var (key, change) = (KeyedRow.KeyOf(content), KeyedRow.ChangeOf(content));
        if (content.Change is StoreChange.Insert or StoreChange.Update)
        {
            Add(ref row, position, content, content.Value, key, change);
            return;
        }

        Insert(row, position, content, default, key, change);
        if (change == KeyedRow.Removal)
            row.Removals++;
        Keyed.DropRemovals(ref row);
    }

    private void Add(
        ref StoreRow row, MessagePosition position, MessageContent content, ReadOnlyMemory<byte> data, string? key, long? change)
    {
        if (row.Count == 0)
            row.Oldest = Now;
        row.Count++;
        row.Bytes += content.Size;
        Insert(row, position, content, data, key, change);
    }

    private void Insert(
        in StoreRow row, MessagePosition position, MessageContent content, ReadOnlyMemory<byte> data, string? key, long? change) =>
        _append.Execute(
            row.Id, position.Offset, (long)position.Tag, Now, (long)content.Format, content.EventType, BytesOf(data), key, change);

    private StoreRow? Find(StoreRecord record)
    {
        using var found = _find.Query(record.Name);
        return found.Read() ? StoreRowReader.Read(found) : null;
    }

    private long After(TimeSpan lifetime) => Now + (long)lifetime.TotalMilliseconds;

    private static uint NewTag() => (uint)Random.Shared.NextInt64(1, 1L << 32);

    private static byte[] BytesOf(ReadOnlyMemory<byte> data) =>
        MemoryMarshal.TryGetArray(data, out var segment) && segment.Count == segment.Array!.Length ? segment.Array : data.ToArray();
}
