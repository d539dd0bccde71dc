using Microsoft.Data.Sqlite;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// The messages of keyed stores, each the newest change of a key. Part of the writer's transaction: the drafts of the stores' rows change
/// with the messages.
/// </summary>
internal sealed class KeyedMessages(SqliteConnection connection) : IDisposable
{
    private readonly Statement _find = new(
        connection, "SELECT offset, tag, length(data), change, time FROM messages WHERE store = ?1 AND key = ?2", 2);
    private readonly Statement _delete = new(connection, "DELETE FROM messages WHERE store = ?1 AND offset = ?2", 2);
    private readonly Statement _oldest = new(
        connection, "SELECT key, time FROM messages WHERE store = ?1 AND change < 3 ORDER BY offset", 1);
    private readonly Statement _oldestRemoval = new(
        connection, "SELECT offset FROM messages WHERE store = ?1 AND change = 3 ORDER BY offset LIMIT 1", 1);

    /// <summary>What decides whether a change is stored.</summary>
    public KeyedFacts FactsOf(in StoreRow row, string? key) =>
        row.Id != 0 && key is not null && Find(row, key) is { IsRemoval: false } found
            ? new KeyedFacts(found.Position, found.Size, row.Count, row.Bytes)
            : new KeyedFacts(null, 0, row.Count, row.Bytes);

    /// <summary>
    /// Finds the keys that were not set again in time and stand in the way of a change, whether or not retention has reached them: the
    /// change's own key, or any key if there is no room left.
    /// </summary>
    public List<string> FindInTheWay(ref StoreRow row, KeyedChange change, long atMost, long now)
    {
        if (change.IsClear || !row.HasExpired(now))
            return [];
        if (Find(row, change.Key!) is { IsRemoval: false } own && StoreRow.IsExpired(own.Time, row.Age!.Value, now))
            return [change.Key!];
        return change.IsSet && !FactsOf(row, change.Key).HasRoomFor(change, row.Limits) ? FindExpired(ref row, atMost, now) : [];
    }

    /// <summary>Finds the keys that were not set again in time, oldest first.</summary>
    public List<string> FindExpired(ref StoreRow row, long atMost, long now)
    {
        var expired = new List<string>();
        if (!row.HasExpired(now))
            return expired;
        using var oldest = _oldest.Query(row.Id);
        if (!oldest.HasRows)
            (row.Count, row.Bytes) = (0, 0); // another program has deleted them
        while (oldest.Read())
        {
            row.Oldest = oldest.GetInt64(1);
            if (expired.Count >= atMost || !StoreRow.IsExpired(row.Oldest, row.Age!.Value, now))
                break;
            expired.Add(oldest.GetString(0));
        }

        return expired;
    }

    /// <summary>Deletes the last change of a key, which another one replaces.</summary>
    public void TakeOut(ref StoreRow row, string key)
    {
        if (Find(row, key) is not { } replaced)
            return;
        _delete.Execute(row.Id, replaced.Position.Offset);
        if (replaced.IsRemoval)
            row.Removals--;
        else
            (row.Count, row.Bytes) = (row.Count - 1, row.Bytes - replaced.Size);
    }

    /// <summary>Drops the oldest removals, until there are no more than <c>MaxTombstones</c>.</summary>
    public void DropRemovals(ref StoreRow row)
    {
        for (; row.Removals > row.Limits.MaxTombstones; row.Removals--)
        {
            using (var oldest = _oldestRemoval.Query(row.Id))
                row.Forgotten = oldest.Read() ? oldest.GetInt64(0) : row.Forgotten;
            _delete.Execute(row.Id, row.Forgotten);
        }
    }

    public void Dispose()
    {
        foreach (var statement in (Statement[])[_find, _delete, _oldest, _oldestRemoval])
            statement.Dispose();
    }

    private (MessagePosition Position, long Size, bool IsRemoval, long Time)? Find(in StoreRow row, string key)
    {
        using var found = _find.Query(row.Id, key);
        return found.Read()
            ? (new MessagePosition(row.Position.Epoch, found.GetInt64(0), (uint)found.GetInt64(1)), key.Length + found.GetInt64(2),
                found.GetInt64(3) == KeyedRow.Removal, found.GetInt64(4))
            : null;
    }
}
