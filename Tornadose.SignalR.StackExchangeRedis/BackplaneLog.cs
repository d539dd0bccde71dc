using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>The log lines of the backplane. Never a payload, never a password.</summary>
internal static partial class BackplaneLog
{
    [LoggerMessage(
        20, LogLevel.Warning,
        "A connection to Redis was lost ({ConnectionType}). Subscribers stay connected; publishing fails until it is back.")]
    public static partial void ConnectionLost(this ILogger logger, object connectionType);

    [LoggerMessage(
        21, LogLevel.Information, "A connection to Redis is back ({ConnectionType}). The followed stores are brought up to date.")]
    public static partial void ConnectionRestored(this ILogger logger, object connectionType);

    [LoggerMessage(22, LogLevel.Warning, "The connection to Redis is replaced: {Why}.")]
    public static partial void ConnectionReplaced(this ILogger logger, string why);

    [LoggerMessage(23, LogLevel.Debug, "Closing a connection to Redis failed.")]
    public static partial void ConnectionCloseFailed(this ILogger logger, Exception failure);

    [LoggerMessage(24, LogLevel.Debug, "Reading the log of store {Store} failed. It is retried.")]
    public static partial void SyncFailed(this ILogger logger, Exception failure, string store);

    [LoggerMessage(
        29, LogLevel.Warning,
        "Redis refuses reads of the log of store {Store}. Its subscribers get nothing new until a read succeeds; reading is retried.")]
    public static partial void SyncRefused(this ILogger logger, Exception failure, string store);

    [LoggerMessage(25, LogLevel.Error, "Following store {Store} failed. It is retried.")]
    public static partial void FollowFailed(this ILogger logger, Exception failure, string store);

    [LoggerMessage(26, LogLevel.Information, "Messages of store {Store} did not come over the bus. They were read from the log.")]
    public static partial void BusMissedMessages(this ILogger logger, string store);

    [LoggerMessage(32, LogLevel.Information, "Messages are announced on {Channels}.")]
    public static partial void Announcing(this ILogger logger, string channels);

    [LoggerMessage(33, LogLevel.Error, "An operator's request from another node failed here. It is retried.")]
    public static partial void OrderFailed(this ILogger logger, Exception failure);

    [LoggerMessage(
        34, LogLevel.Error,
        "Redis does not let this node use {What}, so requests of other nodes (revocations, rechecks) take effect here late or never, " +
            "and they may not notice. docs/redis.md lists the required rights.")]
    public static partial void NodesRefused(this ILogger logger, Exception failure, string what);

    [LoggerMessage(27, LogLevel.Error, "Watching the connection to Redis failed.")]
    public static partial void WatchFailed(this ILogger logger, Exception failure);

    [LoggerMessage(28, LogLevel.Warning, "Redis did not answer in time, or gave an unexpected answer.")]
    public static partial void PositionsUnknown(this ILogger logger, Exception failure);
}
