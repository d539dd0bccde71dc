using StackExchange.Redis;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>What a store's meta hash says: the newest position, and the secret with which announcements are proved.</summary>
/// <param name="Position">The newest position.</param>
/// <param name="Seal">The secret; empty where only the position was asked for.</param>
internal sealed record LogTop(MessagePosition Position, string Seal)
{
    public static readonly RedisValue[] PositionFields = ["epoch", "offset", "tag"];

    public static readonly RedisValue[] Fields = [.. PositionFields, "seal"];

    /// <summary>Reads the values of the fields; null when the store has no epoch.</summary>
    public static LogTop? Parse(RedisValue[] values) =>
        MessagePosition.TryParse($"{values[0]}-{values[1]}-{values[2]}", out var position)
            ? new LogTop(position, values.Length > PositionFields.Length ? values[3].ToString() : "")
            : null;
}
