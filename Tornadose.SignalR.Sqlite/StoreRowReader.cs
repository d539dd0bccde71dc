using Microsoft.Data.Sqlite;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>Reads the rows of stores from a query's result.</summary>
internal static class StoreRowReader
{
    public const string Columns = """
        id, name, epoch, offset, tag, time, count, bytes, oldest, capacity, max_bytes, max_age, ended,
        max_keys, max_tombstones, key_max_age, removals, forgotten
        """;

    /// <summary>The index of the first further column that a query selects.</summary>
    public const int NextColumn = 18;

    public static StoreRow Read(SqliteDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Position = new MessagePosition((ulong)row.GetInt64(2), row.GetInt64(3), (uint)row.GetInt64(4)),
        Time = row.GetInt64(5),
        Count = row.GetInt64(6),
        Bytes = row.GetInt64(7),
        Oldest = row.GetInt64(8),
        Limits = new MessageLogLimits(row.GetInt32(9), row.GetInt64(10), ReadSpan(row, 11))
        {
            MaxKeys = row.GetInt32(13),
            MaxTombstones = row.GetInt32(14),
            KeyMaxAge = ReadSpan(row, 15),
        },
        Ended = row.IsDBNull(12) ? null : row.GetInt64(12),
        Removals = row.GetInt64(16),
        Forgotten = row.GetInt64(17),
    };

    public static string ReadName(SqliteDataReader row) => row.GetString(1);
    private static TimeSpan? ReadSpan(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : TimeSpan.FromMilliseconds(row.GetInt64(column));
}
