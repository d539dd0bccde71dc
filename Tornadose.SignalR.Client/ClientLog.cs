using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.Client;

/// <summary>The log lines of the client. Never a payload, never a token.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(1, LogLevel.Warning,
        "The connection to store {Store} over {Transport} was lost or could not be established. The next attempt follows in {Wait}.")]
    public static partial void Lost(this ILogger logger, Exception? failure, string store, string transport, TimeSpan wait);

    [LoggerMessage(2, LogLevel.Debug,
        "Another attempt to connect to store {Store} over {Transport} failed. The next one follows in {Wait}.")]
    public static partial void LostAgain(this ILogger logger, Exception? failure, string store, string transport, TimeSpan wait);

    [LoggerMessage(3, LogLevel.Information, "The subscription of store {Store} over {Transport} is live again.")]
    public static partial void LiveAgain(this ILogger logger, string store, string transport);

    [LoggerMessage(4, LogLevel.Warning, "Messages of store {Store} are missing: {Reason}.")]
    public static partial void MessagesMissing(this ILogger logger, string store, StoreResetReason reason);

    [LoggerMessage(5, LogLevel.Information, "The server has ended the subscription of store {Store} for good.")]
    public static partial void Dismissed(this ILogger logger, string store);

    [LoggerMessage(6, LogLevel.Error, "Store {Store} cannot be followed. Another attempt would fail in the same way.")]
    public static partial void Refused(this ILogger logger, Exception failure, string store);

    [LoggerMessage(7, LogLevel.Error, "A callback of the subscription of store {Store} failed. The subscription continues.")]
    public static partial void CallbackFailed(this ILogger logger, Exception failure, string store);

    [LoggerMessage(8, LogLevel.Information, "Store {Store} is complete, and all of its messages were read.")]
    public static partial void Completed(this ILogger logger, string store);

    [LoggerMessage(9, LogLevel.Error,
        "The value in message {Id} of store {Store} cannot be read as {Type}. The collection omits its key.")]
    public static partial void ValueUnreadable(this ILogger logger, Exception failure, string? id, string store, string type);
}
