using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.Diagnostics;

/// <summary>The log lines of the stores. They never contain a payload.</summary>
internal static partial class StoreLog
{
    [LoggerMessage(60, LogLevel.Error, "The periodic maintenance of store {Store} failed. It continues; this is logged once.")]
    public static partial void StoreSweepFailed(this ILogger logger, Exception failure, string store);

    [LoggerMessage(61, LogLevel.Error, "Closing store {Store} failed.")]
    public static partial void StoreCloseFailed(this ILogger logger, Exception failure, string store);

    [LoggerMessage(62, LogLevel.Warning, "Store {Store} could not be closed in time: its backplane does not answer.")]
    public static partial void StoreCloseTimedOut(this ILogger logger, string store);

    [LoggerMessage(63, LogLevel.Error, "The initial value of store {Store} cannot be published. It is not retried.")]
    public static partial void InitialValueFailed(this ILogger logger, Exception failure, string store);

    [LoggerMessage(64, LogLevel.Error,
        "The producer of store {Store} failed. It is started again in {Pause}, if somebody reads the store.")]
    public static partial void ProducerFailed(this ILogger logger, Exception failure, string store, TimeSpan pause);
}
