using StackExchange.Redis;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>The newest position and the secret, from a store's meta hash.</summary>
/// <param name="Position">The newest position.</param>
/// <param name="Seal">The secret with which announcements are proved.</param>
internal sealed record LogTop(MessagePosition Position, string Seal)
{
    /// <summary>The fields of the hash that make a position.</summary>
    public static readonly RedisValue[] PositionFields = ["epoch", "offset", "tag"];

    /// <summary>Whether the log has another epoch than a copy, or has gone back behind it; null when the top shows neither.</summary>
    /// <param name="at">The copy's newest position.</param>
    public StoreResetReason? FindBreak(MessagePosition at)
    {
        if (Position.Epoch != at.Epoch)
            return StoreResetReason.Epoch;
        var isBehind = Position.Offset < at.Offset || (Position.Offset == at.Offset && Position.Tag != at.Tag);
        return isBehind ? StoreResetReason.Rollback : null;
    }

    /// <summary>Reads a position from its three parts; null when the store has no epoch.</summary>
    public static MessagePosition? ParsePosition(string? epoch, string? offset, string? tag) =>
        MessagePosition.TryParse($"{epoch}-{offset}-{tag}", out var position) ? position : null;
}
