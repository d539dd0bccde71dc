using Microsoft.Data.Sqlite;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>Reads rows of stores, wherever they are asked for.</summary>
internal static class StoreRowReader
{
    public const string Columns = "id, name, epoch, offset, tag, time, count, bytes, oldest, capacity, max_bytes, max_age, ended";

    public static StoreRow Read(SqliteDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Position = new MessagePosition((ulong)row.GetInt64(2), row.GetInt64(3), (uint)row.GetInt64(4)),
        Time = row.GetInt64(5),
        Count = row.GetInt64(6),
        Bytes = row.GetInt64(7),
        Oldest = row.GetInt64(8),
        Limits = new MessageLogLimits(
            row.GetInt32(9), row.GetInt64(10), row.IsDBNull(11) ? null : TimeSpan.FromMilliseconds(row.GetInt64(11))),
        Ended = row.IsDBNull(12) ? null : row.GetInt64(12),
    };

    public static string ReadName(SqliteDataReader row) => row.GetString(1);
}
