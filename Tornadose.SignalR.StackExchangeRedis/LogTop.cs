using StackExchange.Redis;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>What a store's meta hash says.</summary>
/// <param name="Position">The newest position.</param>
/// <param name="Seal">The secret with which announcements are proved.</param>
internal sealed record LogTop(MessagePosition Position, string Seal)
{
    /// <summary>The fields of the hash that make a position.</summary>
    public static readonly RedisValue[] PositionFields = ["epoch", "offset", "tag"];

    /// <summary>Reads a position from its three parts; null when the store has no epoch.</summary>
    public static MessagePosition? ParsePosition(string? epoch, string? offset, string? tag) =>
        MessagePosition.TryParse($"{epoch}-{offset}-{tag}", out var position) ? position : null;
}
