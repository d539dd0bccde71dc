using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>Translates exceptions of the client library into those of the backplane contract.</summary>
internal static class RedisErrors
{
    /// <summary>Errors of a server that is reachable but cannot serve at the moment. It has stored nothing.</summary>
    private static readonly string[] Passing = [
        "LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "BUSY", "NOREPLICAS", "MOVED", "ASK"];

    public static bool IsMissingScript(Exception failure) =>
        failure is RedisServerException && failure.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal);

    /// <summary>Whether the error came from a server that has become a replica; a new connection may find the new master.</summary>
    public static bool IsReplica(Exception failure) =>
        failure is RedisServerException && Says(failure, "READONLY");

    /// <summary>Whether the append script has said that the store is complete.</summary>
    public static bool IsCompleted(StoreRefusedException refused) =>
        refused.InnerException is RedisServerException failure && Says(failure, "COMPLETED");

    /// <summary>Whether the change script has said that the store has too many keys, or bytes.</summary>
    public static bool IsFull(StoreRefusedException refused) =>
        refused.InnerException is RedisServerException failure && Says(failure, "FULL");

    public static StoreUnavailableException NotConnected(Exception? failure = null) => new(
        "Redis cannot be reached. Nothing was stored, and nothing is kept for later: publish again once it can be reached again.",
        mayBeStored: false, failure);

    /// <summary>The exception to throw instead; null for one that has nothing to do with Redis.</summary>
    public static Exception? Translate(Exception failure) => failure switch
    {
        RedisServerException when Passing.Any(word => Says(failure, word)) =>
            new StoreUnavailableException(
                $"Redis cannot serve at the moment ({failure.Message}). Nothing was stored: publish again.", mayBeStored: false, failure),
        RedisServerException => new StoreRefusedException($"Redis refused: {failure.Message}", failure),
        TimeoutException or RedisException or ObjectDisposedException or OperationCanceledException => new StoreUnavailableException(
            "Redis did not answer. The message may have been stored all the same: " +
                "publish again with the same IdempotencyKey, which stores it once.",
            mayBeStored: true, failure),
        _ => null,
    };

    /// <summary>
    /// Before Redis 7 the error of a command in a script is preceded by the script's own: <c>ERR Error running script (…): @user_script:
    /// 10: -READONLY You can't …</c>.
    /// </summary>
    private static bool Says(Exception failure, string word) =>
        failure.Message.StartsWith(word, StringComparison.Ordinal)
        || (failure.Message.Contains("@user_script", StringComparison.Ordinal)
            && (failure.Message.Contains($" -{word} ", StringComparison.Ordinal)
                || failure.Message.Contains($": {word} ", StringComparison.Ordinal)));
}
